import { type Body, bodiesOf, type SipRequest } from '#sip';

/** `none` stands for a body without a key, such as a flash; `malformed` for a body about keys that names none. */
export type InfoDigit = { readonly digit: string } | 'none' | 'malformed' | 'not about keys';

/** RFC 4733 section 3.2, table 7: the events 0 to 15; 16 is a flash. */
const KEYS = '0123456789*#ABCD';
const FLASH_EVENT = 16;
const NAMES: Readonly<Record<string, string>> = { STAR: '*', POUND: '#', HASH: '#', '%2A': '*', '%23': '#' };
/** A longer body holds more than a key. */
const MOST_BYTES = 512;

/** Matches `Signal=5` in application/dtmf-relay, `d=5` in audio/telephone-event and in vnd.nortelnetworks.digits. */
const LINES = /^[ \t]*(signal|d|digit|key|dtmf|event)[ \t]*[=:][ \t]*["']?([^\s"';,]{1,8})/gim;
const ABOUT_KEYS = /dtmf|digit|telephone-event|flash/;

/**
 * Finds the key in an INFO request. This usage is older than the packages of RFC 6086, and each maker writes
 * it differently: the content type says little, so the body decides.
 */
export function digitOfInfo(request: SipRequest): InfoDigit {
  const bodies = bodiesOf(request, isAboutKeys);
  let found: InfoDigit = bodies.length === 0 ? 'none' : 'not about keys';
  for (const body of bodies) {
    const read = digitOfBody(body);
    if (typeof read === 'object') return read;
    if (found === 'not about keys') found = read;
  }
  return found;
}

/** Whether any text of that content type may be a key. */
function isAboutKeys(type: string): boolean {
  return ABOUT_KEYS.test(type) || type === 'text/plain' || type === '';
}

function digitOfBody({ type, bytes, unreadable }: Body): InfoDigit {
  const about = isAboutKeys(type);
  if (unreadable || bytes.length > MOST_BYTES) return about ? 'malformed' : 'not about keys';
  if (type === 'audio/telephone-event' && bytes.length === 4 && bytes[0]! <= FLASH_EVENT)
    return ofEvent(bytes[0]!);
  const text = bytes.toString('latin1').replace(/\0/g, '').trim();
  const named = [...text.matchAll(LINES)].flatMap(([, name = '', value = '']) =>
    // In other types, `d=` or `event=` may mean anything.
    about || name.toLowerCase() === 'signal' ? value : [],
  );
  const bare = bareKey(type, text);
  // `event: telephone-event` may come before the line with the key; `Duration` may stand beside a bare key.
  const signal = [...named, bare].find((value) => ofSignal(value.toUpperCase()) !== 'malformed') ?? named[0];
  if (!about && named.length === 0) return 'not about keys';
  const said = signal ?? bare;
  if (said === '' || /flash/.test(type)) return 'none';
  const digit = ofSignal(said.toUpperCase());
  return digit === 'malformed' && !ABOUT_KEYS.test(type) ? 'not about keys' : digit;
}

/** Reads a bare key: `5`, also in quotes; in types about keys also `5;d=100` and `e=5`, a key with its parameters. */
function bareKey(type: string, text: string): string {
  const bare = text.replace(/^(["'])(.*)\1$/s, '$2');
  return ABOUT_KEYS.test(type) ? (/^(?:e[ \t]*=)?[ \t]*([^\s;,]*)/i.exec(bare)?.[1] ?? bare) : bare;
}

/** Reads a key, its name, or its event number: some senders write 10 for the star. */
function ofSignal(signal: string): InfoDigit {
  if (signal.length === 1 && KEYS.includes(signal)) return { digit: signal };
  const named = NAMES[signal];
  if (named !== undefined) return { digit: named };
  if (/^(?:HF|FLASH|!|R)$/.test(signal)) return 'none';
  return /^(?:0?\d|1\d)$/.test(signal) ? ofEvent(Number(signal)) : 'malformed';
}

function ofEvent(event: number): InfoDigit {
  const digit = KEYS[event];
  if (digit !== undefined) return { digit };
  return event === FLASH_EVENT ? 'none' : 'malformed';
}
