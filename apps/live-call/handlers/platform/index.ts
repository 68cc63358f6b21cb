/** What every function needs of the machine: its environment and its log. */

/** A variable that the stack gives. Throws when it is missing: the function was deployed without it. */
export function environment(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`The environment variable ${name} is not set: deploy the stack that sets it.`);
}

/**
 * One line of JSON on the log. Only what the caller of this function names is written, and of an error its
 * name and message: never an event, a digit, a PIN or a token.
 */
export function warn(what: string, error: unknown, about: Record<string, string> = {}): void {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  console.warn(JSON.stringify({ level: 'WARN', what, error: `${name}: ${message}`, ...about }));
}
