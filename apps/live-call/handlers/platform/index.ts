/** What every function needs of the machine: its environment and its log. */
import { MAX_PIN_DIGITS, MIN_PIN_DIGITS } from '#contract';

/** A variable that the stack gives. Throws when it is missing: the function was deployed without it. */
export function environment(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`The environment variable ${name} is not set: deploy the stack that sets it.`);
}

/** Digits of the PINs that this stack gives. Throws when the stack asks for what cannot be. */
export function pinDigits(): number {
  const digits = Number(process.env.PIN_DIGITS ?? MIN_PIN_DIGITS);
  if (Number.isInteger(digits) && digits >= MIN_PIN_DIGITS && digits <= MAX_PIN_DIGITS) return digits;
  throw new Error(
    `PIN_DIGITS is ${process.env.PIN_DIGITS}; deploy the stack with ${MIN_PIN_DIGITS} to ${MAX_PIN_DIGITS}.`,
  );
}

/**
 * One line of JSON on the log. Only what the caller of this function names is written, and of an error its
 * name and message: never an event, a digit, a PIN or a token.
 */
export function warn(what: string, error: unknown, about: Record<string, string> = {}): void {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  console.warn(JSON.stringify({ level: 'WARN', what, error: `${name}: ${message}`, ...about }));
}
