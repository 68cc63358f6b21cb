import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsConfig, type RunningStack } from '#testkit';

/** Like `awsConfig`, but without retries: a refusal is to be seen at once. */
export const onceConfig = (stack: Pick<RunningStack, 'endpoints'>) => ({
  ...awsConfig(stack),
  maxAttempts: 1,
});

export const dynamoOf = (stack: RunningStack): DynamoDBClient => new DynamoDBClient(onceConfig(stack));
