/** The longest duration of a wait, in milliseconds. Successful waits are shorter; a busy machine needs it. */
export const PATIENCE_MS = 60_000;
/** Milliseconds between two looks. */
const LOOK_MS = 10;

export interface Patience {
  /** Milliseconds until the wait fails. */
  withinMs?: number | undefined;
  /** Milliseconds between the first two looks. */
  lookMs?: number;
  /**
   * The longest interval between looks that are expensive: it grows to a tenth of the time waited. Default:
   * `lookMs`.
   */
  lookAtMostMs?: number;
  /** What was there instead; called once, for the error. */
  instead?: () => unknown;
  /** Why the wait can no longer succeed, if so; it then ends at once. */
  hopeless?: () => string | false | undefined;
}

type Look<T> = () => T | Promise<T>;
type Found<T> = Exclude<T, false | undefined | null>;

/**
 * Calls `look` repeatedly until its answer is neither false, undefined nor null, and resolves with it. If
 * `look` throws or rejects, the wait continues, and the error is reported if the wait fails. Without `what`
 * the wait is named by the source of `look`.
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
    // The time is read before the look, so that the last look always comes after the deadline.
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
