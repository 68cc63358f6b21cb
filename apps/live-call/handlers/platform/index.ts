/** What every function needs from its environment: variables and a log. */
import { MAX_PIN_DIGITS, MIN_PIN_DIGITS } from '#contract';

/** A variable that the stack sets. Throws when it is missing: the function was deployed without it. */
export function environment(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`The environment variable ${name} is not set: deploy the stack that sets it.`);
}

/** Number of digits in this stack's PINs. Throws when the setting is not a possible number. */
export function pinDigits(): number {
  const digits = Number(process.env.PIN_DIGITS ?? MIN_PIN_DIGITS);
  if (Number.isInteger(digits) && digits >= MIN_PIN_DIGITS && digits <= MAX_PIN_DIGITS) return digits;
  throw new Error(
    `PIN_DIGITS is ${process.env.PIN_DIGITS}; deploy the stack with ${MIN_PIN_DIGITS} to ${MAX_PIN_DIGITS}.`,
  );
}

/**
 * Writes one line of JSON to the log. It contains only what the caller of this function passes and the
 * error's name and message: never an event, a digit, a PIN or a token.
 */
export function warn(what: string, error: unknown, about: Record<string, string> = {}): void {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  console.warn(JSON.stringify({ level: 'WARN', what, error: `${name}: ${message}`, ...about }));
}
