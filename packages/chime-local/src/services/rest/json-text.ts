/**
 * Parses JSON inside a member of a request. The endpoint limits the values and levels of the request itself,
 * but not those inside its strings.
 */
import { excessOf } from '../front/body-budget.ts';

/**
 * @throws SyntaxError if the text is not JSON, or has more values or levels than a request itself may have
 */
export function readJson(text: string): unknown {
  const excess = excessOf(Buffer.from(text), 'awsJson');
  if (excess !== undefined) throw new SyntaxError(excess);
  return JSON.parse(text);
}
