import { inspect } from 'node:util';

/**
 * A thrown value as text. Any value can be thrown, even one without text or one that throws when it is
 * converted.
 */
export function faultText(fault: unknown): string {
  try {
    if (fault instanceof Error) return String(fault.stack ?? fault.message);
    return typeof fault === 'string' ? fault : inspect(fault, { depth: 2, breakLength: Infinity });
  } catch {
    return 'something that cannot be shown';
  }
}
