import batchGetItem from 'dynalite/actions/batchGetItem.js';
import batchWriteItem from 'dynalite/actions/batchWriteItem.js';
import createTable from 'dynalite/actions/createTable.js';
import deleteItem from 'dynalite/actions/deleteItem.js';
import deleteTable from 'dynalite/actions/deleteTable.js';
import describeTable from 'dynalite/actions/describeTable.js';
import getItem from 'dynalite/actions/getItem.js';
import listTables from 'dynalite/actions/listTables.js';
import listTagsOfResource from 'dynalite/actions/listTagsOfResource.js';
import putItem from 'dynalite/actions/putItem.js';
import query from 'dynalite/actions/query.js';
import scan from 'dynalite/actions/scan.js';
import tagResource from 'dynalite/actions/tagResource.js';
import untagResource from 'dynalite/actions/untagResource.js';
import updateItem from 'dynalite/actions/updateItem.js';
import updateTable from 'dynalite/actions/updateTable.js';
import batchGetItemRules from 'dynalite/validations/batchGetItem.js';
import batchWriteItemRules from 'dynalite/validations/batchWriteItem.js';
import createTableRules from 'dynalite/validations/createTable.js';
import deleteItemRules from 'dynalite/validations/deleteItem.js';
import deleteTableRules from 'dynalite/validations/deleteTable.js';
import describeTableRules from 'dynalite/validations/describeTable.js';
import getItemRules from 'dynalite/validations/getItem.js';
import type { Validation } from 'dynalite/validations/index.js';
import validations from 'dynalite/validations/index.js';
import listTablesRules from 'dynalite/validations/listTables.js';
import listTagsOfResourceRules from 'dynalite/validations/listTagsOfResource.js';
import putItemRules from 'dynalite/validations/putItem.js';
import queryRules from 'dynalite/validations/query.js';
import scanRules from 'dynalite/validations/scan.js';
import tagResourceRules from 'dynalite/validations/tagResource.js';
import untagResourceRules from 'dynalite/validations/untagResource.js';
import updateItemRules from 'dynalite/validations/updateItem.js';
import updateTableRules from 'dynalite/validations/updateTable.js';
import { validationError } from './errors.ts';
import './expressions/index.ts';
import { indexSets } from './quick-sets.ts';
import type { StagedStore } from './staged-store.ts';

/** A JSON object: the input of a request or an answer. */
export type Document = Record<string, unknown>;

/** One of dynalite's operations: its validation rules, its action, and whether it writes. */
export interface Operation {
  rules: Validation;
  action: typeof getItem;
  kind: 'read' | 'write' | 'table';
}

/** The operations by name. Source of the names: Amazon DynamoDB API Reference, API version 2012-08-10. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  BatchGetItem: { rules: batchGetItemRules, action: batchGetItem, kind: 'read' },
  BatchWriteItem: { rules: batchWriteItemRules, action: batchWriteItem, kind: 'write' },
  CreateTable: { rules: createTableRules, action: createTable, kind: 'table' },
  DeleteItem: { rules: deleteItemRules, action: deleteItem, kind: 'write' },
  DeleteTable: { rules: deleteTableRules, action: deleteTable, kind: 'table' },
  DescribeTable: { rules: describeTableRules, action: describeTable, kind: 'read' },
  GetItem: { rules: getItemRules, action: getItem, kind: 'read' },
  ListTables: { rules: listTablesRules, action: listTables, kind: 'read' },
  ListTagsOfResource: { rules: listTagsOfResourceRules, action: listTagsOfResource, kind: 'read' },
  PutItem: { rules: putItemRules, action: putItem, kind: 'write' },
  Query: { rules: queryRules, action: query, kind: 'read' },
  Scan: { rules: scanRules, action: scan, kind: 'read' },
  TagResource: { rules: tagResourceRules, action: tagResource, kind: 'write' },
  UntagResource: { rules: untagResourceRules, action: untagResource, kind: 'write' },
  UpdateItem: { rules: updateItemRules, action: updateItem, kind: 'write' },
  UpdateTable: { rules: updateTableRules, action: updateTable, kind: 'table' },
};

/** Drops unknown members of the input and parses its expressions. Throws if the input is invalid. */
export function checkInput(operation: Operation, input: Document, store: StagedStore): Document {
  const data = validations.checkTypes(input, operation.rules.types);
  validations.checkValidations(data, operation.rules.types, operation.rules.custom, store);
  indexSets(data);
  store.request = data;
  return data;
}

/** Runs an action on a staged store. Its writes are in `store.writes` and not yet committed. */
export function runAction(operation: Operation, data: Document, store: StagedStore): Promise<Document> {
  return new Promise((resolve, reject) => {
    store.onFailure = reject;
    store.request = data;
    operation.action(store, data, (error, answer) => {
      if (error) reject(error);
      else resolve(answer ?? {});
    });
  });
}

/** Deepest nesting of maps and lists in an item. Source: DynamoDB Developer Guide, "Naming rules and data types": 32. */
export const MAX_NESTING = 32;
/**
 * Maximum depth of a request's JSON: what a request adds around a value, plus two levels per level of the
 * value (`{"M":{…}}`).
 */
const MAX_JSON_DEPTH = 2 * MAX_NESTING + 16;

/**
 * Maximum number of characters in a number. Ours: a number of 38 digits (DynamoDB Developer Guide, "Data
 * types") needs 166 characters with all its zeros, and longer texts take seconds to parse.
 */
const MAX_NUMBER_CHARACTERS = 1000;
const PROTO = '__proto__';

/**
 * Refuses input that JavaScript would misinterpret, that would recurse without end, or that would take
 * seconds to read.
 */
export function checkShape(input: unknown, depth = 0): void {
  if (typeof input !== 'object' || input === null) return;
  if (depth > MAX_JSON_DEPTH) throw validationError('Nesting Levels have exceeded supported limits');
  for (const [name, value] of Object.entries(input)) {
    if (name === PROTO || (value === PROTO && isNamed(name)) || namesProto(name, value)) {
      throw validationError(`The attribute name ${PROTO} is not supported here: choose another name`);
    }
    if (name === 'N' || name === 'NS') checkNumbers(value);
    if (PLACEHOLDERS.has(name)) checkPlaceholders(name, value);
    checkShape(value, depth + 1);
  }
}

/**
 * Maximum number of placeholder names or values. Ours; the service limits their bytes instead. The
 * expressions of a request, of 4 KB each, cannot use more, and unused placeholders are refused anyway.
 */
const MAX_PLACEHOLDERS = 8_192;
const PLACEHOLDERS = new Set(['ExpressionAttributeNames', 'ExpressionAttributeValues']);

function checkPlaceholders(member: string, value: unknown): void {
  const count = typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
  if (count <= MAX_PLACEHOLDERS) return;
  throw validationError(
    `${member} has ${count} entries: expressions of 4 KB cannot use more than ${MAX_PLACEHOLDERS}`,
  );
}

/** Whether the member's text is an attribute name. */
const isNamed = (member: string): boolean => member.startsWith('#') || member === 'AttributeName';

const namesProto = (member: string, value: unknown): boolean =>
  (member === 'AttributesToGet' || member === 'NonKeyAttributes') &&
  Array.isArray(value) &&
  value.includes(PROTO);

function checkNumbers(value: unknown): void {
  const numbers: unknown[] = Array.isArray(value) ? value : [value];
  for (const number of numbers) {
    if (typeof number !== 'string' || number.length <= MAX_NUMBER_CHARACTERS) continue;
    throw validationError(
      `The parameter cannot be converted to a numeric value: ${number.slice(0, 40)}… (${number.length} characters)`,
    );
  }
}
