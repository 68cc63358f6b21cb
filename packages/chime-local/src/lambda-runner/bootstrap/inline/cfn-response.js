/**
 * `cfn-response`, which Lambda adds to code written in a template. Its interface follows the Lambda developer
 * guide and the CloudFormation user guide, "cfn-response module".
 */
const https = require('node:https');

exports.SUCCESS = 'SUCCESS';
exports.FAILED = 'FAILED';

exports.send = (event, context, status, data, physicalResourceId, noEcho = false) => {
  const body = JSON.stringify({
    Status: status,
    Reason: `See the details in CloudWatch Log Stream: ${context.logStreamName}`,
    PhysicalResourceId: physicalResourceId || context.logStreamName,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    NoEcho: noEcho,
    Data: data,
  });
  const url = new URL(event.ResponseURL);
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve) => {
    const end = () => {
      context.done();
      resolve();
    };
    const request = https.request(url, { method: 'PUT', headers }, (response) =>
      response.resume().on('end', end),
    );
    request.on('error', (error) => {
      console.log(`send(..) failed executing https.request(..): ${error}`);
      end();
    });
    request.end(body);
  });
};
