import { isObject } from '#platform';
/** SAM's policies: names of managed ones, templates with parameters, and documents. */
import { idPart, recordOf } from './expansion.ts';

type Statement = { Effect: 'Allow'; Action: string[]; Resource: unknown };
type Values = Record<string, unknown>;

const sub = (text: string, values: Values): object => ({ 'Fn::Sub': [text, values] });
const arn = (service: string, path: string, values: Values): object =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${path}`, values);
const allow = (actions: string, Resource: unknown, service: string): Statement[] => [
  { Effect: 'Allow', Action: actions.split(' ').map((action) => `${service}:${action}`), Resource },
];

const table = (values: Values): object[] => [
  arn('dynamodb', 'table/${TableName}', values),
  arn('dynamodb', 'table/${TableName}/index/*', values),
];
const bucket = (values: Values): object[] => [
  sub('arn:${AWS::Partition}:s3:::${BucketName}', values),
  sub('arn:${AWS::Partition}:s3:::${BucketName}/*', values),
];
const queue = (values: Values): object => arn('sqs', '${QueueName}', values);
const topic = (values: Values): object => arn('sns', '${TopicName}', values);

const READ_ITEMS = 'GetItem Scan Query BatchGetItem DescribeTable';
const WRITE_ITEMS = 'PutItem UpdateItem BatchWriteItem';

/**
 * SAM developer guide, "AWS SAM policy templates": those for services that applications use besides calls.
 */
const TEMPLATES: Readonly<Record<string, (values: Values) => Statement[]>> = {
  DynamoDBCrudPolicy: (v) =>
    allow(`${READ_ITEMS} ${WRITE_ITEMS} DeleteItem ConditionCheckItem`, table(v), 'dynamodb'),
  DynamoDBReadPolicy: (v) => allow(READ_ITEMS, table(v), 'dynamodb'),
  DynamoDBWritePolicy: (v) => allow(WRITE_ITEMS, table(v), 'dynamodb'),
  DynamoDBStreamReadPolicy: (v) =>
    allow(
      'DescribeStream GetRecords GetShardIterator ListStreams',
      arn('dynamodb', 'table/${TableName}/stream/*', v),
      'dynamodb',
    ),
  S3ReadPolicy: (v) =>
    allow(
      'GetObject ListBucket GetBucketLocation GetObjectVersion GetLifecycleConfiguration',
      bucket(v),
      's3',
    ),
  S3WritePolicy: (v) => allow('PutObject PutObjectAcl PutLifecycleConfiguration', bucket(v), 's3'),
  S3CrudPolicy: (v) =>
    allow(
      'GetObject ListBucket GetBucketLocation GetObjectVersion PutObject PutObjectAcl GetLifecycleConfiguration PutLifecycleConfiguration DeleteObject',
      bucket(v),
      's3',
    ),
  S3FullAccessPolicy: (v) => allow('*', bucket(v), 's3'),
  SQSSendMessagePolicy: (v) => allow('SendMessage*', queue(v), 'sqs'),
  SQSPollerPolicy: (v) =>
    allow(
      'ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch GetQueueAttributes ReceiveMessage',
      queue(v),
      'sqs',
    ),
  SNSPublishMessagePolicy: (v) => allow('Publish', topic(v), 'sns'),
  SNSCrudPolicy: (v) =>
    allow('ListSubscriptionsByTopic CreateTopic SetTopicAttributes Subscribe Publish', topic(v), 'sns'),
  LambdaInvokePolicy: (v) => allow('InvokeFunction', arn('lambda', 'function:${FunctionName}*', v), 'lambda'),
  SSMParameterReadPolicy: (v) =>
    allow(
      'DescribeParameters GetParameters GetParameter GetParametersByPath',
      arn('ssm', 'parameter/${ParameterName}', v),
      'ssm',
    ),
  SSMParameterWithSlashPrefixReadPolicy: (v) =>
    allow(
      'DescribeParameters GetParameters GetParameter GetParametersByPath',
      arn('ssm', 'parameter${ParameterName}', v),
      'ssm',
    ),
  EventBridgePutEventsPolicy: (v) =>
    allow('PutEvents', arn('events', 'event-bus/${EventBusName}', v), 'events'),
  AWSSecretsManagerGetSecretValuePolicy: ({ SecretArn }) =>
    allow('GetSecretValue', SecretArn, 'secretsmanager'),
  StepFunctionsExecutionPolicy: (v) =>
    allow('StartExecution', arn('states', 'stateMachine:${StateMachineName}', v), 'states'),
  CloudWatchPutMetricPolicy: () => allow('PutMetricData', '*', 'cloudwatch'),
  PollyFullAccessPolicy: () => allow('*', '*', 'polly'),
  ComprehendBasicAccessPolicy: () => allow('*', '*', 'comprehend'),
};

/** Managed policies whose ARN has the path `service-role/`. */
const SERVICE_ROLE = /^AWSLambda\w*(Role|Execution)$/;

const managedArn = (name: string): string =>
  name.startsWith('arn:')
    ? name
    : `arn:aws:iam::aws:policy/${SERVICE_ROLE.test(name) ? 'service-role/' : ''}${name}`;

export interface RolePolicies {
  ManagedPolicyArns: unknown[];
  Policies: { PolicyName: string; PolicyDocument: unknown }[];
}

/** A function's `Policies` as its role has them. A policy template that is unknown here allows everything. */
export function rolePolicies(functionId: string, policies: unknown): RolePolicies {
  const result: RolePolicies = {
    ManagedPolicyArns: [managedArn('AWSLambdaBasicExecutionRole')],
    Policies: [],
  };
  const add = (Statement: unknown): void => {
    const PolicyName = `${idPart(functionId)}RolePolicy${result.Policies.length}`;
    result.Policies.push({ PolicyName, PolicyDocument: { Version: '2012-10-17', Statement } });
  };
  for (const policy of [policies ?? []].flat() as unknown[]) {
    if (typeof policy === 'string') result.ManagedPolicyArns.push(managedArn(policy));
    else if (!isObject(policy)) continue;
    else if (policy.Statement !== undefined) add(policy.Statement);
    else {
      const [[name = '', values] = []] = Object.entries(policy);
      const template = TEMPLATES[name];
      if (template) add(template(recordOf(values)));
      else if (name === 'Ref' || name.startsWith('Fn::')) result.ManagedPolicyArns.push(policy);
      else add([{ Effect: 'Allow', Action: '*', Resource: '*' }]);
    }
  }
  return result;
}
