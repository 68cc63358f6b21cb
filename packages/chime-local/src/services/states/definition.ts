/** The Amazon States Language, as far as it is carried out. Specification: states-language.net. */
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
  /** JSONata. */
  Output?: unknown;
  Assign?: Record<string, unknown>;
}

export type QueryLanguage = 'JSONPath' | 'JSONata';

/** A rule of a `Choice`; its comparison is the member that is no other's name. */
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
  /** JSONata's `Parameters`, and what it gives. */
  Arguments?: unknown;
  Output?: unknown;
  Assign?: Record<string, unknown>;
  Retry?: readonly Retrier[];
  Catch?: readonly Catcher[];
  /** What a `Task` does: the ARN of a function, or of a service's operation. */
  Resource?: string;
  TimeoutSeconds?: number | string;
  TimeoutSecondsPath?: string;
  HeartbeatSeconds?: number | string;
  HeartbeatSecondsPath?: string;
  /** Of `Pass`. */
  Result?: unknown;
  /** Of `Wait`. */
  Seconds?: number | string;
  SecondsPath?: string;
  Timestamp?: string;
  TimestampPath?: string;
  /** Of `Fail`. */
  Error?: string;
  ErrorPath?: string;
  Cause?: string;
  CausePath?: string;
  /** Of `Choice`. */
  Choices?: readonly ChoiceRule[];
  Default?: string;
  /** Of `Parallel`. */
  Branches?: readonly Definition[];
  /** Of `Map`. */
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
  /** Of the whole. */
  TimeoutSeconds?: number;
}

/** What ends a state, or an execution: the error's name, and why. */
export class ExecutionFailed extends Error {
  readonly error: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

/** Defaults of a retrier. Specification, "Retrying after error". */
const RETRY_DEFAULTS = { IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2 } as const;

/** Errors that no name but their own stands for. Developer guide, "Error names". */
const TERMINAL = ['States.DataLimitExceeded', 'States.Runtime'];

/** Whether a rule is about the error: `States.TaskFailed` stands for all but time-outs. */
function isAbout(name: string, error: string): boolean {
  if (name === error) return true;
  if (TERMINAL.includes(error)) return false;
  return name === 'States.ALL' || (name === 'States.TaskFailed' && error !== 'States.Timeout');
}

/** The first rule that is about the error. */
export const ruleFor = <T extends Rule>(rules: readonly T[] = [], error: string): T | undefined =>
  rules.find(({ ErrorEquals }) => ErrorEquals.some((name) => isAbout(name, error)));

/** Milliseconds before the next try, the first being 0; undefined: there is none. */
export function retryDelay(retrier: Retrier | undefined, tries: number): number | undefined {
  if (!retrier) return undefined;
  const { IntervalSeconds, MaxAttempts, BackoffRate, MaxDelaySeconds } = { ...RETRY_DEFAULTS, ...retrier };
  if (tries >= MaxAttempts) return undefined;
  return Math.min(IntervalSeconds * BackoffRate ** tries, MaxDelaySeconds ?? Number.POSITIVE_INFINITY) * 1000;
}
