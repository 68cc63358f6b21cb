/** Something that was expected of a call did not happen. The message ends with the call's transcript. */
export class CallExpectationError extends Error {
  override name = 'CallExpectationError';
  /** What had happened on the call until then, with times. */
  readonly transcript: string;

  constructor(what: string, transcript: string) {
    super(`${what}.\n\n${transcript}\n`);
    this.transcript = transcript;
  }
}
