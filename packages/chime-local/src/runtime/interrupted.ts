/** The user has stopped an unfinished start. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}
