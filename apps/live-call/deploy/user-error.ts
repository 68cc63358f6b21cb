/** An error that the person at the terminal can correct: its message is a sentence, and no stack trace is printed. */
export class UserError extends Error {
  override name = 'UserError';
}
