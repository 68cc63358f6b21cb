/** JSON inside a member of a request: the front door counted the request's own values and levels, not those of its texts. */
import { excessOf } from '../front/body-budget.ts';

/** @throws SyntaxError when it is no JSON, or has more values or levels than a request itself may have */
export function readJson(text: string): unknown {
  const excess = excessOf(Buffer.from(text), 'awsJson');
  if (excess !== undefined) throw new SyntaxError(excess);
  return JSON.parse(text);
}
