import type { Document } from './operations.ts';

/** A client's request to the tables. */
export interface TableRequest {
  /** The operation: `GetItem`, `Query`, … */
  operation: string;
  /** See {@link printOf}. */
  print: string;
}

/** The answer to a request: its body, with status 200 or the status of an error. */
export interface TableAnswer {
  status: number;
  body: Document;
}

/** Observes one request. */
export interface TableObserver {
  /** Returns the answer to send instead of the tables' own; undefined leaves the tables' answer. */
  answerInstead?(request: TableRequest): TableAnswer | undefined;
  /** Receives what the client is answered, after the tables have been changed. */
  answered?(request: TableRequest, answer: TableAnswer): void;
}

/**
 * Chooses who observes a request, for the recording of calls; during a replay, the observer can answer in place
 * of the tables. Undefined: nobody.
 *
 * @param traceId the header `X-Amzn-Trace-Id`; undefined if the client sent none
 */
export type TableWitness = (traceId: string | undefined) => TableObserver | undefined;

/** The generated suffix of table names from the CDK and CloudFormation. It differs in each account. */
const MADE_UP = /-[A-Z0-9]{12,13}$/;
/** Members whose texts are part of the request's shape and not of its values. */
const TELLING = /(Expression|Name|Names|Select|ReturnValues\w*)$/;
/** FNV-1a, 32 bits (RFC 9923). */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * A short fingerprint that two requests share if they differ only in their values: it covers the operation,
 * its tables, expressions and attribute names. Eight hexadecimal digits.
 */
export function printOf(operation: string, input: Document): string {
  const shape = `${operation} ${JSON.stringify(shapeOf(input, ''))}`;
  let hash = FNV_BASIS;
  for (let at = 0; at < shape.length; at++) hash = Math.imul(hash ^ shape.charCodeAt(at), FNV_PRIME);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function shapeOf(value: unknown, member: string): unknown {
  if (typeof value === 'string') return TELLING.test(member) ? value.replace(MADE_UP, '') : '';
  if (Array.isArray(value)) return value.map((item) => shapeOf(item, member));
  if (typeof value !== 'object' || value === null) return value;
  const inner = member === 'ExpressionAttributeNames' ? member : undefined;
  return Object.entries(value).map(([name, item]) => [
    name.replace(MADE_UP, ''),
    shapeOf(item, inner ?? name),
  ]);
}
