import type { Log } from '#platform';

/**
 * Functions that provide custom resources. The functions of libraries print each event and answer in full;
 * that belongs in their log group, and the terminal tells once where that is.
 */
export class CustomResourceFunctions {
  readonly #names = new Set<string>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  has(functionName: string): boolean {
    return this.#names.has(functionName);
  }

  /** Adds a helper of a function that was already reported. */
  addHelper(functionName: string): void {
    this.#names.add(functionName);
  }

  add(functionName: string): void {
    if (this.#names.has(functionName)) return;
    this.#names.add(functionName);
    this.#log.info(
      `${functionName} makes custom resources: what it prints is in its log group, /aws/lambda/${functionName} (aws logs tail).`,
    );
  }
}
