/**
 * The limit on the size of a state's data. Step Functions developer guide, "Quotas": input or result of a
 * state, 256 KiB.
 */
import { ExecutionFailed } from './definition.ts';

/** Maximum size of a state's data as JSON, and of a variable, in bytes. */
export const MAX_DATA_BYTES = 262_144;

/**
 * The size of a value as JSON in bytes. A value that is referenced several times counts each time.
 * @throws ExecutionFailed if the size exceeds `most`
 */
export function checkDataSize(value: unknown, what: string, most = MAX_DATA_BYTES): number {
  let bytes = 0;
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    // Quotation marks, a comma, or brackets.
    bytes += 2;
    if (typeof next === 'string') bytes += Buffer.byteLength(next);
    else if (typeof next !== 'object' || next === null) bytes += String(next).length - 1;
    else {
      const members = Object.values(next);
      if (!Array.isArray(next)) for (const name of Object.keys(next)) bytes += name.length + 3;
      if (bytes + members.length <= most) for (const member of members) waiting.push(member);
      else bytes += members.length;
    }
    if (bytes > most) {
      const text = `The ${what} has more than ${most} bytes, which the data of a state may have`;
      throw new ExecutionFailed('States.DataLimitExceeded', text);
    }
  }
  return bytes;
}
