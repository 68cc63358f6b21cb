import { inspect } from 'node:util';

/** What was thrown, in words. Anything can be thrown, also what has no text or fails when it is asked for one. */
export function faultText(fault: unknown): string {
  try {
    if (fault instanceof Error) return String(fault.stack ?? fault.message);
    return typeof fault === 'string' ? fault : inspect(fault, { depth: 2, breakLength: Infinity });
  } catch {
    return 'something that cannot be shown';
  }
}
