/** The person has stopped a start that was not finished. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}
