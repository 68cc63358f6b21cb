/**
 * A service with the awsQuery protocol: the request is a form, the answer is XML. Smithy, "AWS query
 * protocol".
 */
import { MalformedUri, parseQuery } from '../front/query-string.ts';
import { escapeXml, refuse } from '../front/refusal.ts';
import type { AccessQuestion } from '../iam/access.ts';
import type { AwsRequest, AwsService } from '../ports.ts';
import { ApiError } from './api-error.ts';
import { checkInputSize } from './input-limits.ts';
import { tellUnserved } from './unserved-operation.ts';

/** A member of an input: a string, a structure, or a list. */
export type QueryValue = string | QueryValue[] | { [member: string]: QueryValue };
export type QueryInput = Record<string, QueryValue>;
/** Performs an operation. Undefined members of the answer are left out; times are `Date` objects. */
export type QueryOperation = (
  input: QueryInput,
  request: AwsRequest,
) => object | undefined | Promise<object | undefined>;

export interface QueryServiceOptions {
  /** The usual name of the service. */
  name: string;
  signingNames: readonly string[];
  /** The XML namespace of the answer, e.g. `http://cloudformation.amazonaws.com/doc/2010-05-15/`. */
  namespace: string;
  operations: Readonly<Record<string, QueryOperation>>;
  /**
   * Refuses an input that exceeds its operation's limits. By default the limits apply to the members' names
   * in this protocol.
   */
  checkSize?(action: string, input: QueryInput): void;
  /** The questions to IAM about an action; by default the action on `*`. */
  questions?(action: string, input: QueryInput, request: AwsRequest): AccessQuestion[];
}

/** An error with a code of the service. Any other error is handled by the endpoint. */
interface Refusal {
  code: string;
  status: number;
  message: string;
}

/** Maximum number of parts in a member's name, i.e. the depth of an input. */
const MAX_DEPTH = 12;
/**
 * Maximum number of members in a list. CloudFormation's largest lists, resource types and parameters, have
 * hundreds.
 */
const MAX_LIST = 5000;

/** A list whose items are siblings, each named like the list itself (Smithy, `xmlFlattened`). */
export class FlatList {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

export function createQueryService(options: QueryServiceOptions): AwsService {
  return {
    signingNames: options.signingNames,
    operations: Object.keys(options.operations),
    questions(request) {
      const input = readInput(request);
      const action = textMember(input, 'Action') ?? '';
      return (
        options.questions?.(action, input, request) ?? [
          { action: `${request.service}:${action}`, resources: ['*'] },
        ]
      );
    },
    async handle(request) {
      try {
        await serve(options, request);
      } catch (error) {
        const { code, status, message } = refusalOf(error);
        refuse(request.response, 'query', request.requestId, { code, status, message });
      }
    },
  };
}

async function serve(options: QueryServiceOptions, request: AwsRequest): Promise<void> {
  const input = readInput(request);
  const action = typeof input.Action === 'string' ? input.Action : '';
  const operation = Object.hasOwn(options.operations, action) ? options.operations[action] : undefined;
  if (!operation) {
    const message = tellUnserved(request, options.name, Object.keys(options.operations), action);
    throw new ApiError(400, 'InvalidAction', message);
  }
  if (options.checkSize) options.checkSize(action, input);
  else checkInputSize(request.service, action, input);
  const result = await operation(input, request);
  const body =
    `<${action}Response xmlns="${options.namespace}">` +
    `<${action}Result>${members(result ?? {})}</${action}Result>` +
    `<ResponseMetadata><RequestId>${request.requestId}</RequestId></ResponseMetadata></${action}Response>`;
  request.response.writeHead(200, {
    'content-type': 'text/xml',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': request.requestId,
  });
  request.response.end(body);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof MalformedUri) return { code: 'ValidationError', status: 400, message: error.message };
  if (error instanceof ApiError) return error;
  throw error;
}

/** Converts the form's fields to members: `A.member.2.B=x` sets B in the second item of A. */
function readInput(request: AwsRequest): QueryInput {
  const form = request.method === 'POST' ? (request.body?.toString('utf8') ?? '') : request.rawQuery;
  const input: QueryInput = Object.create(null);
  for (const [name, value] of parseQuery(form)) {
    const path = name.split('.').filter((part) => part !== 'member');
    if (path.length <= MAX_DEPTH) put(input, path, value);
  }
  return asLists(input) as QueryInput;
}

function put(into: QueryInput, [first = '', ...rest]: string[], value: string): void {
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner = into[first];
  const next: QueryInput = typeof inner === 'object' && !Array.isArray(inner) ? inner : Object.create(null);
  into[first] = next;
  put(next, rest, value);
}

/** Converts structures whose member names are numbers to lists. */
function asLists(value: QueryValue): QueryValue {
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, asLists(inner)] as const);
  const numbered = entries.length > 0 && entries.every(([name]) => /^\d{1,4}$/.test(name));
  if (!numbered) return Object.fromEntries(entries);
  return entries
    .slice(0, MAX_LIST)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, inner]) => inner);
}

function members(value: object): string {
  return Object.entries(value)
    .map(([name, inner]) => element(name, inner))
    .join('');
}

function element(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof FlatList) return value.items.map((item) => element(name, item)).join('');
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${content(item)}</member>`).join('');
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) return members(value);
  return escapeXml(String(value));
}

/** A string member; undefined if it is absent. */
export const textMember = (input: QueryInput, member: string): string | undefined => {
  const value = input[member];
  return typeof value === 'string' ? value : undefined;
};

/** A boolean member; undefined if it is absent. */
export const flagMember = (input: QueryInput, member: string): boolean | undefined => {
  const value = textMember(input, member);
  return value === undefined ? undefined : value.toLowerCase() === 'true';
};

/** A list member; undefined if it is absent. An empty list is sent as an empty string. */
export const listMember = (input: QueryInput, member: string): QueryValue[] | undefined => {
  const value = input[member];
  if (value === '') return [];
  return Array.isArray(value) ? value : undefined;
};

/** The strings in a list. */
export const textsMember = (input: QueryInput, member: string): string[] | undefined =>
  listMember(input, member)?.filter((item) => typeof item === 'string');
