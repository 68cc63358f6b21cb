import type { Log } from '#platform';

/**
 * Functions that make custom resources. Libraries' functions print each event and answer whole: that is for their log group,
 * and the terminal says once where it is.
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

  /** One that helps another, which was told of. */
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
