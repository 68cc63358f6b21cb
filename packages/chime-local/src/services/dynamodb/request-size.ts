import { isObject } from '#platform';
import { validationError } from './errors.ts';
import type { Document } from './operations.ts';

/** Maximum number of requests per BatchWriteItem and of keys per BatchGetItem. DynamoDB API reference. */
const MAX_BATCH: Readonly<Record<string, number>> = { BatchWriteItem: 25, BatchGetItem: 100 };
/**
 * Maximum number of entries in the legacy members that name attributes, which predate expressions. Ours: as
 * many as an item of 400 KB with values of some length has; checking a request with more takes a fifth of a
 * second.
 */
const MAX_CONDITIONS = 8_192;
const CONDITIONS = [
  'AttributeUpdates',
  'AttributesToGet',
  'Expected',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
];

/**
 * Refuses a request with more items than the operation allows before dynalite checks each of them.
 * @throws DynamoDbError with the service's message
 */
export function checkRequestSize(operation: string, input: Document): void {
  const most = Object.hasOwn(MAX_BATCH, operation) ? MAX_BATCH[operation] : undefined;
  if (most !== undefined && isObject(input.RequestItems))
    checkBatch(operation, input.RequestItems as Document, most);
  for (const member of CONDITIONS) {
    const { [member]: value } = input;
    const given = typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
    if (given > MAX_CONDITIONS) {
      throw validationError(`${member} has ${given} entries: at most ${MAX_CONDITIONS} are read here`);
    }
  }
}

function checkBatch(operation: string, tables: Document, most: number): void {
  let total = 0;
  for (const [table, requests] of Object.entries(tables)) {
    const given = requestsOf(requests);
    if (given > most) throw validationError(tooManyOfOne(operation, table, most));
    // A table without requests counts as one: dynalite refuses it as well, but only after it has read every
    // table, and there may be a hundred thousand.
    total += Math.max(given, 1);
    if (total > most) throw validationError(`Too many items requested for the ${operation} call`);
  }
}

/** Counts the requests for a table: BatchWriteItem has a list, BatchGetItem a structure that contains one. */
function requestsOf(requests: unknown): number {
  const list: unknown = isObject(requests) ? (requests as Document).Keys : requests;
  return Array.isArray(list) ? list.length : 0;
}

function tooManyOfOne(operation: string, table: string, most: number): string {
  const found = `1 validation error detected: Value '{${table.slice(0, 255)}=[…]}' at 'requestItems`;
  const limit = `Member must have length less than or equal to ${most}, Member must have length greater than or equal to 1`;
  if (operation === 'BatchWriteItem') {
    return `${found}' failed to satisfy constraint: Map value must satisfy constraint: [${limit}]`;
  }
  return `${found}.${table.slice(0, 255)}.member.keys' failed to satisfy constraint: ${limit.split(', ')[0]}`;
}
