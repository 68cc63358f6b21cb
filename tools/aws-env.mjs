// Prints the variables that point the AWS CLI and SDKs at the running stack: eval "$(node tools/aws-env.mjs)"
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './dependencies.mjs';

// Another file than the usual one, as `npm start -- --endpoints FILE` wrote it, may be named.
const file = path.resolve(process.argv[2] ?? path.join(root, '.local', 'endpoints.json'));
try {
  const { awsEndpoint, awsRegion, awsAccessKeyId, awsSecretAccessKey } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  console.log(`export AWS_ENDPOINT_URL=${awsEndpoint}`);
  console.log(`export AWS_REGION=${awsRegion} AWS_DEFAULT_REGION=${awsRegion}`);
  console.log(`export AWS_ACCESS_KEY_ID=${awsAccessKeyId} AWS_SECRET_ACCESS_KEY=${awsSecretAccessKey}`);
} catch {
  console.error('No running stack: start it with npm start, then try again.');
  process.exit(1);
}
