/** What of the Amazon States Language is carried out. Specification: states-language.net. */
export interface Rule {
  ErrorEquals: readonly string[];
}

export interface Retrier extends Rule {
  /** Seconds before the first retry. */
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
}

export interface Catcher extends Rule {
  Next: string;
}

export interface State {
  Type: string;
  /** ARN of a function. */
  Resource?: string;
  Retry?: readonly Retrier[];
  Catch?: readonly Catcher[];
  Next?: string;
  End?: boolean;
  /** Of `Pass`. */
  Result?: unknown;
  /** Of `Wait`. */
  Seconds?: number;
  /** Of `Fail`. */
  Error?: string;
  Cause?: string;
}

export interface Definition {
  StartAt: string;
  States: Readonly<Record<string, State>>;
}

/** Defaults of a retrier. Specification, "Retrying after error". */
const RETRY_DEFAULTS = { IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2 } as const;
/** Names that stand for every error of a task. */
const ANY = ['States.ALL', 'States.TaskFailed'];

/** The first rule that is about the error. */
export const ruleFor = <T extends Rule>(rules: readonly T[] = [], error: string): T | undefined =>
  rules.find(({ ErrorEquals }) => ErrorEquals.some((name) => name === error || ANY.includes(name)));

/** Milliseconds before the next try, the first being 0; undefined: there is none. */
export function retryDelay(retrier: Retrier | undefined, tries: number): number | undefined {
  if (!retrier) return undefined;
  const { IntervalSeconds, MaxAttempts, BackoffRate } = { ...RETRY_DEFAULTS, ...retrier };
  return tries < MaxAttempts ? IntervalSeconds * BackoffRate ** tries * 1000 : undefined;
}
