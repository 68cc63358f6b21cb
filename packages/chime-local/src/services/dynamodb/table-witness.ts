import type { Document } from './operations.ts';

/** A request to the tables. */
export interface TableRequest {
  /** `X-Amzn-Trace-Id`; undefined where the client sent none. */
  traceId: string | undefined;
  /** `GetItem`, `Query`, … */
  operation: string;
  /** See {@link printOf}. */
  print: string;
}

/** What a request to the tables comes to: the body of its answer, with status 200 or that of an error. */
export interface TableAnswer {
  status: number;
  body: Document;
}

/** Sees what clients are answered, for the records of calls; may answer in the tables' place, for their replays. */
export interface TableWitness {
  /** Whether it sees requests with that trace id. Absent: it sees all. */
  follows?(traceId: string | undefined): boolean;
  /** What the request is answered instead of `today`; undefined: just that. */
  answerInstead?(request: TableRequest): TableAnswer | undefined;
  /** Receives what the client is answered, after the tables have been changed. */
  answered?(request: TableRequest, answer: TableAnswer): void;
}

/** What the CDK's and CloudFormation's names of tables end with: another one in each account. */
const MADE_UP = /-[A-Z0-9]{12,13}$/;
/** Members whose texts say what is asked, not with which values. */
const TELLING = /(Expression|Name|Names|Select|ReturnValues\w*)$/;
/** FNV-1a, 32 bits (RFC 9923). */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * A short text that two requests share when they ask the same but for the values: the operation, its tables, expressions and
 * names of attributes. Eight hexadecimal digits.
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
