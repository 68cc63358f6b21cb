/** Milliseconds that a wait may take. A wait that succeeds does not use them up; a busy machine needs them. */
export const PATIENCE_MS = 60_000;
/** Milliseconds between two looks. */
const LOOK_MS = 10;

export interface Patience {
  /** Milliseconds until the wait fails. */
  withinMs?: number | undefined;
  /** Milliseconds between the first two looks. */
  lookMs?: number;
  /** Milliseconds that they may grow to, where a look is dear: to a tenth of what the wait has taken. Default: they stay. */
  lookAtMostMs?: number;
  /** What there was instead; asked once, for the error. */
  instead?: () => unknown;
  /** Why it can no longer come to hold, if so: ends the wait at once. */
  hopeless?: () => string | false | undefined;
}

type Look<T> = () => T | Promise<T>;
type Found<T> = Exclude<T, false | undefined | null>;

/**
 * Looks again and again until the answer is neither false nor undefined nor null, and resolves with it. A look that
 * throws or rejects is one at a thing that is not there yet: the wait goes on, and its error is told if it fails.
 * Without `what` the wait is named by the source of `look`.
 *
 * @throws Error with `what`, the last error of `look`, and `instead`
 */
export function eventually<T>(what: string, look: Look<T>, patience?: Patience): Promise<Found<T>>;
export function eventually<T>(look: Look<T>, patience?: Patience): Promise<Found<T>>;
export function eventually<T>(
  ...args:
    | [what: string, look: Look<T>, patience?: Patience | undefined]
    | [look: Look<T>, patience?: Patience | undefined]
): Promise<Found<T>> {
  if (typeof args[0] === 'string') return wait(args[0], args[1] as Look<T>, args[2]);
  return wait(String(args[0]), args[0], args[1] as Patience | undefined);
}

async function wait<T>(
  what: string,
  look: Look<T>,
  { withinMs = PATIENCE_MS, lookMs = LOOK_MS, lookAtMostMs = lookMs, instead, hopeless }: Patience = {},
): Promise<Found<T>> {
  const began = performance.now();
  const deadline = began + withinMs;
  for (;;) {
    // The time is read before the look: the last look is always one after the deadline.
    const late = performance.now() > deadline;
    const { answer, error } = await answerOf(look);
    if (answer !== false && answer !== undefined && answer !== null) return answer as Found<T>;
    const why = hopeless?.() || (late && `not within ${withinMs} ms`);
    if (why) {
      const details = [
        error && `The last look failed: ${error}`,
        instead && (await answerOf(instead)).answer,
      ];
      throw new Error([`${what}: ${why}`, ...details.filter(Boolean).map(text)].join('\n'), { cause: error });
    }
    const pauseMs = Math.max(lookMs, Math.min((performance.now() - began) / 10, lookAtMostMs));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function answerOf<T>(look: Look<T>): Promise<{ answer?: T; error?: unknown }> {
  try {
    return { answer: await look() };
  } catch (error) {
    return { error };
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 1));
