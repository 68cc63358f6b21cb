import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RunningStack } from '#testkit';

/** What every AWS client of a test is made with: the credentials of `endpoints.json`. */
export function awsConfig({ endpoints }: Pick<RunningStack, 'endpoints'>) {
  return {
    endpoint: endpoints.awsEndpoint,
    region: endpoints.awsRegion,
    credentials: { accessKeyId: endpoints.awsAccessKeyId, secretAccessKey: endpoints.awsSecretAccessKey },
    maxAttempts: 1,
  };
}

export const dynamoOf = (stack: RunningStack): DynamoDBClient => new DynamoDBClient(awsConfig(stack));
