/** The front door of DynamoDB. */
export { DynamoDb } from './dynamodb.ts';
