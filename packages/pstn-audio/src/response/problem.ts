import type { ActionType } from '../actions/index.ts';
import type { ActionErrorType } from '../failures.ts';
import type { Flaw } from '../schema/schema.ts';

/** What the service does about a problem of a function's answer. */
export type Consequence =
  /** The call ends, and the message log says why (5.7). */
  | 'CALL_ENDS'
  /** The whole answer is discarded, and the function is sent INVALID_LAMBDA_RESPONSE (5.7). */
  | 'INVALID_LAMBDA_RESPONSE'
  /** When the action's turn comes, the function is sent ACTION_FAILED; the actions behind it are dropped (5.4). */
  | 'ACTION_FAILED'
  /** The service ignores it. */
  | 'IGNORED'
  /** It works here but may fail on AWS. */
  | 'FAILS_ON_AWS';

/** One problem of a function's answer. */
export interface ResponseProblem {
  readonly consequence: Consequence;
  /** `Type` of the action that the problem is about, if known. */
  readonly action?: ActionType;
  /** Where the problem is: `Actions[0].Parameters.AudioSource.Key`; empty for the answer as a whole. */
  readonly path: string;
  /** What is written there; `undefined` if it is missing, `(hidden)` if it is a secret. */
  readonly value: unknown;
  /** What may be written there. */
  readonly allowed: string;
  readonly didYouMean?: string;
  /** `ErrorType` of the event, if there is one. */
  readonly errorType?: ActionErrorType | 'TransactionAttributesInvalidMapSize';
  /** `ErrorMessage` of the event, or the text in the message log if the call ends; absent if the problem is ignored. */
  readonly errorMessage?: string;
  /** Set for a member that the service does not know. */
  readonly unknown?: true;
  /** The whole problem in a sentence. */
  readonly message: string;
}

/** Maximum number of characters of a value that a message shows. */
const MAX_SHOWN_CHARACTERS = 80;
/** Maximum depth to which a value is shown: a mistaken value may be nested too deeply to be written out. */
const MAX_SHOWN_DEPTH = 4;

/** A placeholder for a value that must not be shown. */
export class Hidden {
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}

/** Makes the placeholder for a value that must not be shown. */
export function hidden(value: unknown, what?: string): Hidden {
  return new Hidden(what ?? (typeof value === 'string' ? `hidden, ${value.length} characters` : 'hidden'));
}

/** Writes a path as in `Actions[0].Parameters.Key`. */
export function pathOf(steps: readonly (string | number)[]): string {
  return steps
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      // A name that an author chose may contain anything, even a line break.
      if (!/^[\w-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index > 0 ? `.${step}` : step;
    })
    .join('');
}

/** The value as a message shows it. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value instanceof Hidden) return `(${value.what})`;
  const text = JSON.stringify(surfaceOf(value)) ?? typeof value;
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}

/** The value with `…` for what is nested too deeply, and only as many members as a message could show. */
function surfaceOf(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_SHOWN_DEPTH) return '…';
  if (Array.isArray(value))
    return value.slice(0, MAX_SHOWN_CHARACTERS).map((one) => surfaceOf(one, depth + 1));
  const members = Object.entries(value).slice(0, MAX_SHOWN_CHARACTERS);
  return Object.fromEntries(members.map(([name, one]) => [name, surfaceOf(one, depth + 1)]));
}

/** Says where a problem is, what is there, what is allowed, and what was probably meant. */
export function explain(
  where: string,
  { value, allowed, didYouMean, unknown }: Pick<Flaw, 'value' | 'allowed' | 'didYouMean' | 'unknown'>,
): string {
  const meant = didYouMean === undefined ? '' : ` Did you mean "${didYouMean}"?`;
  if (unknown) return `${where} is not known; known is ${allowed.replace(/^one of /, '')}.${meant}`;
  return `${where} is ${shown(value)}; allowed is ${allowed}.${meant}`;
}

const CONSEQUENCES: Record<Consequence, string> = {
  CALL_ENDS: 'The call ends',
  INVALID_LAMBDA_RESPONSE: 'The answer is discarded (INVALID_LAMBDA_RESPONSE',
  ACTION_FAILED: 'The action fails (ACTION_FAILED',
  IGNORED: 'It is ignored.',
  FAILS_ON_AWS: 'It works here; on AWS it may fail.',
};

/** Makes a problem, including its sentence. */
export function responseProblem(
  found: Omit<ResponseProblem, 'message' | 'path'> & { path: readonly (string | number)[] },
): ResponseProblem {
  const path = pathOf(found.path);
  const { action, consequence, errorType, errorMessage } = found;
  const where = path === '' ? 'The answer' : action === undefined ? path : `${path} (${action})`;
  const then = CONSEQUENCES[consequence];
  const outcome =
    consequence === 'IGNORED' || consequence === 'FAILS_ON_AWS'
      ? then
      : consequence === 'CALL_ENDS'
        ? `${then}: ${errorMessage}`
        : `${then} ${errorType}: ${errorMessage})`;
  return {
    ...found,
    path,
    message: `${explain(where, found)} ${outcome}`,
  };
}
