/** The public interface of the DynamoDB service. */
export type { ItemChange } from './database.ts';
export { DynamoDb, STREAM_LABEL } from './dynamodb.ts';
export type { TableWitness } from './table-witness.ts';
