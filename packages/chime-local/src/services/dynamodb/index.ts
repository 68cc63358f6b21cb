/** The front door of DynamoDB. */
export { DynamoDb, type DynamoDbOptions } from './dynamodb.ts';
