/**
 * Digits by SIP INFO, a usage older than the INFO packages of RFC 6086: `application/dtmf-relay` has lines
 * `Signal=5` and `Duration=160`; `application/dtmf` has the digit alone. Events are those of RFC 4733.
 */
const KEYS = '0123456789*#ABCD';

/** One of `0-9 * # A-D`; `none` for a body that holds no key (a flash, an empty body); undefined when malformed. */
export function digitOfInfo(contentType: string, body: Buffer): string | 'none' | undefined {
  if (body.length === 0) return 'none';
  const text = body.toString('latin1');
  const line = /^[ \t]*signal[ \t]*=[ \t]*([^\s;]{1,2})[ \t]*\r?$/im.exec(text)?.[1];
  const signal = line ?? (contentType === 'application/dtmf' ? text.trim() : undefined);
  if (signal === undefined) return undefined;
  const key = signal.toUpperCase();
  if (key.length === 1 && KEYS.includes(key)) return key;
  // Some senders write the event number: 10 for *, 11 for #, 12 to 15 for A to D, 16 for a flash.
  if (!/^1[0-6]$/.test(key)) return undefined;
  return KEYS[Number(key)] ?? 'none';
}
