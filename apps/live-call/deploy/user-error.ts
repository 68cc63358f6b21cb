/** Something that the person at the terminal can mend: the message is a sentence, and no stack is printed. */
export class UserError extends Error {
  override name = 'UserError';
}
