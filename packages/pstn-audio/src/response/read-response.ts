import { ACTION_TYPES, type ActionType, isActionType } from '../actions/index.ts';
import {
  MAX_ACTIONS_PER_RESPONSE,
  MAX_PARAMETERS_DEPTH,
  MAX_TRANSACTION_ATTRIBUTES,
  MAX_TRANSACTION_ATTRIBUTES_BYTES,
} from '../limits.ts';
import { didYouMean } from '../schema/did-you-mean.ts';
import { isObject } from '../schema/schema.ts';
import { type ResponseProblem, responseProblem } from './problem.ts';

/**
 * Reads the function's answer (pstn-audio 2.5 and 5.7). The error texts are those that the service writes to
 * its message log.
 */

/** Texts, as documented, or other JSON values that an application stores: published ones store objects. */
export type Attributes = Readonly<Record<string, string | object>>;

/** What a function wrote under `Parameters`, not yet checked. */
export type RawParameters = Readonly<Record<string, unknown>>;

/** An action of an answer as it was read. */
export interface ReadAction {
  readonly type: ActionType;
  readonly parameters: RawParameters;
  /** The action's index in the answer's list. */
  readonly index: number;
}

/** A function's answer as it was read. */
export interface ReadResponse {
  /** Actions that can be read; their parameters are checked when their turn comes. */
  readonly actions: readonly ReadAction[];
  /** `undefined`: unchanged. `null`: erased. */
  readonly attributes: Attributes | null | undefined;
  /**
   * Problems of the whole answer. With any of them, nothing in the answer takes effect; the gravest decides
   * what follows.
   */
  readonly problems: readonly ResponseProblem[];
}

const UNREADABLE = 'Error while reading actions list.';

/** @param payload the text that the function returned; it may be anything */
export function readResponse(payload: string): ReadResponse {
  const document = parse(payload);
  if (document === undefined) return nothing(unreadable([], payload, 'a JSON document'));
  return readDocument(document);
}

/** Like `readResponse`, for an answer that was already parsed. */
export function readDocument(document: unknown): ReadResponse {
  const allowed = 'an object {SchemaVersion, Actions, TransactionAttributes}';
  if (document === null || document === '') {
    const text = 'The response is empty or blank; it must at least contain SchemaVersion.';
    return nothing(callEnds([], document, allowed, text));
  }
  const version = isObject(document) ? document.SchemaVersion : undefined;
  const problems: ResponseProblem[] = [];
  if (version !== '1.0') {
    const text =
      'The schema version in the invocation request does not match the schema version in the response.';
    problems.push(callEnds(['SchemaVersion'], version, '"1.0", as a text', text));
  }
  if (!isObject(document)) return nothing(...problems);
  const actions = readActions(document.Actions, problems);
  const attributes = readAttributes(document.TransactionAttributes, problems);
  return { actions, attributes, problems };
}

/**
 * Reads an answer whose actions are ignored. Only the attributes count, and nothing else is checked, as real
 * functions return anything there.
 */
export function readAttributesOnly(payload: string): Attributes | null | undefined {
  const document = parse(payload);
  if (!isObject(document)) return undefined;
  const problems: ResponseProblem[] = [];
  const attributes = readAttributes(document.TransactionAttributes, problems);
  return problems.length > 0 ? undefined : attributes;
}

function readActions(value: unknown, problems: ResponseProblem[]): ReadAction[] {
  if (value === undefined || value === null) return [];
  const path = ['Actions'];
  const allowed = `a list of 0 to ${MAX_ACTIONS_PER_RESPONSE} actions`;
  if (!Array.isArray(value)) {
    problems.push(unreadable(path, value, allowed));
    return [];
  }
  if (value.length > MAX_ACTIONS_PER_RESPONSE) {
    const text = `Too many actions: ${value.length}; a response may have ${MAX_ACTIONS_PER_RESPONSE}.`;
    problems.push(callEnds([...path, 'length'], value.length, `from 0 to ${MAX_ACTIONS_PER_RESPONSE}`, text));
  }
  return value.flatMap((action, index) => readAction(action, index, problems));
}

function readAction(action: unknown, index: number, problems: ResponseProblem[]): ReadAction[] {
  const path = ['Actions', index];
  if (!isObject(action)) {
    problems.push(unreadable(path, action, 'an object {Type, Parameters}'));
    return [];
  }
  const { Type: type } = action;
  const types = `the type of an action: ${ACTION_TYPES.join(', ')}`;
  if (typeof type !== 'string') problems.push(unreadable([...path, 'Type'], type, types));
  const parameters = action.Parameters ?? {};
  const readable = isObject(parameters) && depth(parameters) <= MAX_PARAMETERS_DEPTH;
  if (!readable) {
    const allowed = `an object, nested at most ${MAX_PARAMETERS_DEPTH} deep`;
    problems.push(unreadable([...path, 'Parameters'], isObject(parameters) ? {} : parameters, allowed));
  }
  if (typeof type !== 'string' || !isActionType(type)) {
    if (typeof type === 'string') {
      const text = `Unsupported action name specified${named(type)}.`;
      problems.push(callEnds([...path, 'Type'], type, types, text, didYouMean(type, ACTION_TYPES)));
    }
    return [];
  }
  return readable ? [{ type, parameters, index }] : [];
}

/** The name, if it can be one: a faulty function might have put anything there. */
function named(type: string): string {
  return /^[A-Za-z]{1,64}$/.test(type) ? `: ${type}` : '';
}

function readAttributes(value: unknown, problems: ResponseProblem[]): Attributes | null | undefined {
  if (value === undefined || value === null) return undefined;
  const path = ['TransactionAttributes'];
  if (!isObject(value)) {
    problems.push(unreadable(path, value, 'an object of names and values'));
    return undefined;
  }
  const pairs: [string, string | object][] = [];
  let bytes = 0;
  for (const [key, attribute] of Object.entries(value)) {
    if (attribute === null) continue;
    if (typeof attribute === 'object' && depth(attribute) > MAX_PARAMETERS_DEPTH) {
      problems.push(unreadable([...path, key], {}, `nested at most ${MAX_PARAMETERS_DEPTH} deep`));
      return undefined;
    }
    const kept = typeof attribute === 'object' ? attribute : String(attribute);
    bytes += utf8Bytes(key) + utf8Bytes(typeof kept === 'string' ? kept : JSON.stringify(kept));
    pairs.push([key, kept]);
  }
  if (pairs.length > MAX_TRANSACTION_ATTRIBUTES || bytes > MAX_TRANSACTION_ATTRIBUTES_BYTES) {
    problems.push(attributesTooLarge(path, pairs.length, bytes));
  }
  return pairs.length > 0 ? Object.fromEntries(pairs) : null;
}

function attributesTooLarge(path: readonly string[], pairs: number, bytes: number): ResponseProblem {
  return responseProblem({
    consequence: 'INVALID_LAMBDA_RESPONSE',
    path,
    value: `${pairs} pairs, ${bytes} bytes`,
    allowed: `an object of at most ${MAX_TRANSACTION_ATTRIBUTES} pairs, together at most ${MAX_TRANSACTION_ATTRIBUTES_BYTES} bytes`,
    errorType: 'TransactionAttributesInvalidMapSize',
    errorMessage:
      pairs > MAX_TRANSACTION_ATTRIBUTES
        ? `Transaction Attributes has too many mappings. Maximum number of mappings is ${MAX_TRANSACTION_ATTRIBUTES}`
        : `Transaction Attributes is too large. Maximum size is ${MAX_TRANSACTION_ATTRIBUTES_BYTES} bytes`,
  });
}

function callEnds(
  path: readonly (string | number)[],
  value: unknown,
  allowed: string,
  errorMessage: string,
  meant?: string,
): ResponseProblem {
  const guess = meant === undefined ? {} : { didYouMean: meant };
  return responseProblem({ consequence: 'CALL_ENDS', path, value, allowed, errorMessage, ...guess });
}

function unreadable(path: readonly (string | number)[], value: unknown, allowed: string): ResponseProblem {
  return callEnds(path, value, allowed, UNREADABLE);
}

function nothing(...problems: ResponseProblem[]): ReadResponse {
  return { actions: [], attributes: undefined, problems };
}

/** Returns `undefined` if the text is not JSON, `''` if it is blank. */
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

/** Bytes of the text in UTF-8 (RFC 3629). A lone surrogate counts as the character that replaces it. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** The nesting depth of a document, counted at most one level beyond the limit. */
function depth(value: unknown, level = 0): number {
  if (typeof value !== 'object' || value === null || level > MAX_PARAMETERS_DEPTH) return level;
  let deepest = level + 1;
  for (const member of Object.values(value)) deepest = Math.max(deepest, depth(member, level + 1));
  return deepest;
}
