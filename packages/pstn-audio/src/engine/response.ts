import {
  MAX_ACTIONS_PER_RESPONSE,
  MAX_PARAMETERS_DEPTH,
  MAX_TRANSACTION_ATTRIBUTES,
  MAX_TRANSACTION_ATTRIBUTES_BYTES,
} from '../limits.ts';
import { actionOfType } from './actions/index.ts';
import type { RawParameters } from './call.ts';

/**
 * Reads the function's answer (pstn-audio 2.5 and 5.7). The texts are those that the service writes to its
 * message log.
 */

export type Attributes = Readonly<Record<string, string>>;

export type ReadResponse =
  | {
      kind: 'taken';
      actions: { type: string; parameters: RawParameters }[];
      /** `undefined`: as they were. `null`: erased. */
      attributes: Attributes | null | undefined;
    }
  /** The whole answer is discarded and the function told so (INVALID_LAMBDA_RESPONSE). */
  | { kind: 'discarded'; errorType: string; errorMessage: string }
  /** The call ends. */
  | { kind: 'fatal'; logText: string };

const UNREADABLE = 'Error while reading actions list.';

export function readResponse(payload: string): ReadResponse {
  const document = parse(payload);
  if (document === undefined) return fatal(UNREADABLE);
  if (document === null || document === '') {
    return fatal('The response is empty or blank; it must at least contain SchemaVersion.');
  }
  const { SchemaVersion, Actions } = isObject(document) ? document : {};
  if (!isObject(document) || SchemaVersion !== '1.0') {
    return fatal(
      'The schema version in the invocation request does not match the schema version in the response.',
    );
  }
  const actions = readActions(Actions);
  if (!Array.isArray(actions)) return actions;
  const attributes = readAttributes(document.TransactionAttributes);
  if (attributes.kind !== 'attributes') return attributes;
  return { kind: 'taken', actions, attributes: attributes.value };
}

/**
 * Of an answer whose actions are ignored only the attributes count, and nothing else is checked: real
 * functions return anything there.
 */
export function readAttributesOnly(payload: string): Attributes | null | undefined {
  const document = parse(payload);
  if (!isObject(document)) return undefined;
  const attributes = readAttributes(document.TransactionAttributes);
  return attributes.kind === 'attributes' ? attributes.value : undefined;
}

function readActions(value: unknown): { type: string; parameters: RawParameters }[] | ReadResponse {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return fatal(UNREADABLE);
  if (value.length > MAX_ACTIONS_PER_RESPONSE) {
    return fatal(`Too many actions: ${value.length}; a response may have ${MAX_ACTIONS_PER_RESPONSE}.`);
  }
  const actions: { type: string; parameters: RawParameters }[] = [];
  for (const action of value) {
    if (!isObject(action) || typeof action.Type !== 'string') return fatal(UNREADABLE);
    const parameters = action.Parameters ?? {};
    if (!isObject(parameters) || depth(parameters) > MAX_PARAMETERS_DEPTH) return fatal(UNREADABLE);
    if (!actionOfType(action.Type)) return fatal(`Unsupported action name specified${named(action.Type)}.`);
    actions.push({ type: action.Type, parameters });
  }
  return actions;
}

/** The name, if it can be one: a function's mistake might have put anything there. */
function named(type: string): string {
  return /^[A-Za-z]{1,64}$/.test(type) ? `: ${type}` : '';
}

type ReadAttributes = { kind: 'attributes'; value: Attributes | null | undefined };

function readAttributes(value: unknown): ReadAttributes | Exclude<ReadResponse, { kind: 'taken' }> {
  if (value === undefined || value === null) return { kind: 'attributes', value: undefined };
  if (!isObject(value)) return fatal(UNREADABLE);
  const pairs: [string, string][] = [];
  let bytes = 0;
  for (const [key, attribute] of Object.entries(value)) {
    if (attribute === null) continue;
    if (typeof attribute === 'object') return fatal(UNREADABLE);
    const text = String(attribute);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(text);
    pairs.push([key, text]);
  }
  if (pairs.length > MAX_TRANSACTION_ATTRIBUTES || bytes > MAX_TRANSACTION_ATTRIBUTES_BYTES) {
    return {
      kind: 'discarded',
      errorType: 'TransactionAttributesInvalidMapSize',
      errorMessage:
        pairs.length > MAX_TRANSACTION_ATTRIBUTES
          ? `Transaction Attributes has too many mappings. Maximum number of mappings is ${MAX_TRANSACTION_ATTRIBUTES}`
          : `Transaction Attributes is too large. Maximum size is ${MAX_TRANSACTION_ATTRIBUTES_BYTES} bytes`,
    };
  }
  return { kind: 'attributes', value: pairs.length > 0 ? Object.fromEntries(pairs) : null };
}

function fatal(logText: string): { kind: 'fatal'; logText: string } {
  return { kind: 'fatal', logText };
}

/** `undefined` when it is not JSON; `''` when it is blank. */
function parse(payload: string): unknown {
  const trimmed = payload.trim();
  if (trimmed === '') return '';
  try {
    const document: unknown = JSON.parse(trimmed);
    return typeof document === 'string' && document.trim() === '' ? '' : document;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How deep a document is nested, counted no further than a step beyond the limit. */
function depth(value: unknown, level = 0): number {
  if (typeof value !== 'object' || value === null || level > MAX_PARAMETERS_DEPTH) return level;
  let deepest = level + 1;
  for (const member of Object.values(value)) deepest = Math.max(deepest, depth(member, level + 1));
  return deepest;
}
