/** The part of the Amazon States Language that is supported. Specification: states-language.net. */
export interface Rule {
  ErrorEquals: readonly string[];
}

export interface Retrier extends Rule {
  /** Seconds before the first retry. */
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  /** Seconds. */
  MaxDelaySeconds?: number;
}

export interface Catcher extends Rule {
  Next: string;
  ResultPath?: string | null;
  /** A JSONata expression. */
  Output?: unknown;
  Assign?: Record<string, unknown>;
}

export type QueryLanguage = 'JSONPath' | 'JSONata';

/** A rule of a `Choice`. Its comparison is the member whose name has no other meaning. */
export type ChoiceRule = Record<string, unknown> & { Next?: string; Assign?: Record<string, unknown> };

export interface State {
  Type: string;
  QueryLanguage?: QueryLanguage;
  Next?: string;
  End?: boolean;
  InputPath?: string | null;
  Parameters?: unknown;
  ResultSelector?: unknown;
  ResultPath?: string | null;
  OutputPath?: string | null;
  /** Used with JSONata in place of `Parameters` and the other path fields. */
  Arguments?: unknown;
  Output?: unknown;
  Assign?: Record<string, unknown>;
  Retry?: readonly Retrier[];
  Catch?: readonly Catcher[];
  /** The work of a `Task`: the ARN of a function or of a service's operation. */
  Resource?: string;
  TimeoutSeconds?: number | string;
  TimeoutSecondsPath?: string;
  HeartbeatSeconds?: number | string;
  HeartbeatSecondsPath?: string;
  /** Only for `Pass`. */
  Result?: unknown;
  /** Only for `Wait`. */
  Seconds?: number | string;
  SecondsPath?: string;
  Timestamp?: string;
  TimestampPath?: string;
  /** Only for `Fail`. */
  Error?: string;
  ErrorPath?: string;
  Cause?: string;
  CausePath?: string;
  /** Only for `Choice`. */
  Choices?: readonly ChoiceRule[];
  Default?: string;
  /** Only for `Parallel`. */
  Branches?: readonly Definition[];
  /** Only for `Map`. */
  ItemProcessor?: Definition;
  Iterator?: Definition;
  ItemsPath?: string;
  Items?: unknown;
  ItemSelector?: unknown;
  MaxConcurrency?: number;
}

export interface Definition {
  StartAt: string;
  States: Readonly<Record<string, State>>;
  QueryLanguage?: QueryLanguage;
  /** The time limit of the whole execution. */
  TimeoutSeconds?: number;
}

/** The failure of a state or execution, with the error's name and cause. */
export class ExecutionFailed extends Error {
  readonly error: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

/** Defaults of a retrier. Specification, "Retrying after error". */
const RETRY_DEFAULTS = { IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2 } as const;

/** Errors that only their own name matches. Developer guide, "Error names". */
const TERMINAL = ['States.DataLimitExceeded', 'States.Runtime'];

/**
 * Whether an error name in a rule matches the error. `States.TaskFailed` matches everything except time-outs.
 */
function isAbout(name: string, error: string): boolean {
  if (name === error) return true;
  if (TERMINAL.includes(error)) return false;
  return name === 'States.ALL' || (name === 'States.TaskFailed' && error !== 'States.Timeout');
}

/** The first rule that matches the error. */
export const ruleFor = <T extends Rule>(rules: readonly T[] = [], error: string): T | undefined =>
  rules.find(({ ErrorEquals }) => ErrorEquals.some((name) => isAbout(name, error)));

/**
 * Milliseconds before the next retry, or undefined if there is none. `tries` is the number of earlier
 * retries.
 */
export function retryDelay(retrier: Retrier | undefined, tries: number): number | undefined {
  if (!retrier) return undefined;
  const { IntervalSeconds, MaxAttempts, BackoffRate, MaxDelaySeconds } = { ...RETRY_DEFAULTS, ...retrier };
  if (tries >= MaxAttempts) return undefined;
  return Math.min(IntervalSeconds * BackoffRate ** tries, MaxDelaySeconds ?? Number.POSITIVE_INFINITY) * 1000;
}
