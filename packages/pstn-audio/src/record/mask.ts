import type { CallInput } from '../engine/inputs.ts';
import type { CallOutput } from '../engine/outputs.ts';
import { isObject } from '../schema/schema.ts';
import type { ReportedEntry } from './entries.ts';

/**
 * What the record of a call may contain. Credentials (join tokens, passwords, keys of encrypted sound) are
 * never in it. Pressed keys are masked unless somebody asks for them: in the places that are known to hold
 * them (`ReceivedDigits`, `Digits`, SIP INFO), and in any text of the application (attributes, answers, log
 * lines) that repeats at least `MIN_REPEATED_KEYS` of them. A PIN that nobody has pressed yet cannot be
 * recognised in a text.
 */

/**
 * Stands for one key. A text that contains it stands for all texts of its length that are equal in all other
 * places.
 */
export const MASKED_KEY = '•';
/** Stands for a whole secret of any length. */
export const MASKED_SECRET = '•secret•';

/** Number of a caller's last keys that are recognised in texts; a longer input is not a PIN. Our limit. */
const MAX_REMEMBERED_KEYS = 512;
/** Consecutive keys that are masked in a text of the application; fewer occur in every second number. Our limit. */
const MIN_REPEATED_KEYS = 4;

/** Members whose texts are credentials. */
const CREDENTIAL = /token|secret|password|passphrase|authorization|credential/i;
/**
 * Credentials in documents that a text contains, such as an answer that a function prints: JSON, also within
 * JSON, and as Node.js and Python print objects. Groups: up to the quote; the quote; the value.
 */
const CREDENTIALS_IN_TEXT =
  /((?:token|secret|password|passphrase|authorization|credential)[\w-]{0,64}(?:\\*["'])?\s{0,8}[:=]\s{0,8}(\\*["']))((?:(?!\2)[\s\S])+)/gi;
/** Members whose texts are keys. */
const KEYS = /^(ReceivedDigits|Digits)$|pins?([-_]?(code|number|digit)s?)?$|passcode/i;
/** Members that name things: what looks like keys in their values is not. */
const NAMES = /(Id|Arn|Uri|Key|Bucket|BucketName|Type|Version|From|To|Milliseconds|Seconds|StartTime)$/i;
/** Consecutive digits, stars and hashes that are not part of a longer word. */
const RUNS = /(?<![0-9A-Za-z*#•_-])[0-9*#]{4,}(?![0-9A-Za-z*#•_-])/g;

/** Most texts have no such run, and this test takes a third of the time. */
const HAS_RUN = /[0-9*#]{4}/;

/** The headers whose values are credentials. RFC 3261 section 20, and those that carry an attendee's token. */
const CREDENTIAL_HEADERS = /^(authorization|proxy-authorization)$|token|secret|password/i;
/** The headers whose values are the application's: those that SIP media applications send and receive. */
const APPLICATION_HEADERS = /^(x-|user-to-user$)/i;
/** Lines of a session description that hold keys. RFC 4568, RFC 8839. */
const CREDENTIAL_LINES = /^(a=(?:crypto|ice-pwd)[:]).*$/gm;

/** Matches any of the above in a JSON text, even if a name has escapes. A text without a match needs no closer look. */
const PERHAPS_NAMED = /token|secret|pass|authorization|credential|digits|pin|\\u/i;
/** Number of members whose kind is cached; applications use the same few hundred in every event. Our limit. */
const MAX_KNOWN_MEMBERS = 2_000;

/** Types of the attributes of DynamoDB's items. API Reference, "AttributeValue". */
const ATTRIBUTE_TYPES: ReadonlySet<string> = new Set([
  'S',
  'N',
  'B',
  'SS',
  'NS',
  'BS',
  'M',
  'L',
  'BOOL',
  'NULL',
]);

type Plain = Readonly<Record<string, unknown>>;
type MemberKind = 'credential' | 'keys' | 'name' | 'text';

const kindsOfMembers = new Map<string, MemberKind>();

function kindOf(member: string): MemberKind {
  const known = kindsOfMembers.get(member);
  if (known) return known;
  const found = CREDENTIAL.test(member)
    ? 'credential'
    : KEYS.test(member)
      ? 'keys'
      : NAMES.test(member)
        ? 'name'
        : 'text';
  // Member names also come from outside, so the cache must stay small.
  if (kindsOfMembers.size >= MAX_KNOWN_MEMBERS) kindsOfMembers.clear();
  kindsOfMembers.set(member, found);
  return found;
}

/** Masks the entries of one call, in the order in which they are written. */
export class Mask {
  readonly #keepsKeys: boolean;
  #pressed = '';

  /** @param keys `kept`: only credentials are masked */
  constructor(keys: 'masked' | 'kept') {
    this.#keepsKeys = keys === 'kept';
  }

  /** Returns the entry as it may be written. The given entry is not changed. */
  entry(entry: ReportedEntry): ReportedEntry {
    switch (entry.kind) {
      case 'Input':
        return { ...entry, input: this.#input(entry.input) };
      case 'Output':
        return { ...entry, output: this.#output(entry.output) };
      case 'Restored':
        return { ...entry, call: this.#deep(entry.call) };
      case 'Action':
        return entry.parameters ? { ...entry, parameters: this.#deep(entry.parameters) } : entry;
      case 'TableAnswer':
        return { ...entry, body: this.#attributes('', entry.body) as Plain };
      case 'FunctionLog':
      case 'Fault':
      case 'Note':
        return { ...entry, text: this.#text(entry.text) };
      case 'Invocation': {
        const { error } = entry;
        return error ? { ...entry, error: { ...error, message: this.#text(error.message) } } : entry;
      }
      case 'Sound':
        return entry.name === undefined ? entry : { ...entry, name: this.#text(entry.name) };
      case 'Sip':
        return this.#sip(entry);
      default:
        return entry;
    }
  }

  #input(input: CallInput): CallInput {
    switch (input.kind) {
      case 'DigitPressed':
        this.#pressed = `${this.#pressed}${input.digit}`.slice(-MAX_REMEMBERED_KEYS);
        return this.#keepsKeys ? input : { ...input, digit: MASKED_KEY };
      case 'FunctionResponded':
        return { ...input, payload: this.#json(input.payload) };
      case 'FunctionFailed':
        return { ...input, message: this.#text(input.message) };
      case 'LegArrived':
      case 'OutboundCallRequested':
      case 'UpdateRequested':
      case 'ConversationEnded':
        return this.#deep(input);
      default:
        return input;
    }
  }

  #output(output: CallOutput): CallOutput {
    switch (output.kind) {
      case 'SendKeys':
        return { ...output, keys: this.#keys(output.keys) };
      case 'ConversationKey':
        return { ...output, key: this.#keys(output.key) };
      case 'SpeakText':
      case 'LogMessage':
        return { ...output, text: this.#text(output.text) };
      case 'InvokeFunction':
      case 'JoinMeeting':
      case 'PlaceCall':
      case 'DialLeg':
      case 'StartConversation':
        return this.#deep(output);
      default:
        return output;
    }
  }

  #sip(entry: Extract<ReportedEntry, { kind: 'Sip' }>): ReportedEntry {
    const isMasked = ([name = '', value = '']: readonly string[]) => this.#header(name, value) !== value;
    const headers = entry.headers.some(isMasked)
      ? entry.headers.map(([name = '', value = '']) => [name, this.#header(name, value)])
      : entry.headers;
    const body = entry.body?.replace(CREDENTIAL_LINES, `$1${MASKED_SECRET}`);
    if (headers === entry.headers && body === entry.body) return entry;
    return { ...entry, headers, ...(body === undefined ? {} : { body }) };
  }

  /** Masks the value of a SIP header. */
  #header(name: string, value: string): string {
    if (CREDENTIAL_HEADERS.test(name)) return MASKED_SECRET;
    if (!APPLICATION_HEADERS.test(name)) return value;
    return KEYS.test(name) ? this.#keys(value) : this.#text(value);
  }

  /** Masks a JSON text. A text with nothing to mask stays as it was written. */
  #json(text: string): string {
    if (!PERHAPS_NAMED.test(text) && !this.#looksAtTexts) return text;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.#text(text);
    }
    const masked = this.#value('', value);
    return masked === value ? text : JSON.stringify(masked);
  }

  #deep<T extends object>(value: T): T {
    return this.#value('', value) as T;
  }

  /** Masks a value. Returns the same value if there is nothing to mask. */
  #value(name: string, value: unknown): unknown {
    if (typeof value === 'string' || typeof value === 'number') return this.#leaf(name, value);
    if (Array.isArray(value)) return this.#items(name, value);
    return isObject(value) ? this.#members(value) : value;
  }

  /** Masks DynamoDB's JSON, in which the value of an attribute is wrapped in an object: `{ pin: { S: '1234' } }`. */
  #attributes(name: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#attributes(name, item));
    if (!isObject(value)) return this.#value(name, value);
    const isTyped = Object.keys(value).every((type) => ATTRIBUTE_TYPES.has(type));
    return Object.fromEntries(
      Object.entries(value).map(([inner, item]) => [inner, this.#attributes(isTyped ? name : inner, item)]),
    );
  }

  #items(name: string, value: readonly unknown[]): readonly unknown[] {
    let masked: unknown[] | undefined;
    for (const [index, item] of value.entries()) {
      const maskedItem = this.#value(name, item);
      if (maskedItem === item) continue;
      masked ??= [...value];
      masked[index] = maskedItem;
    }
    return masked ?? value;
  }

  #members(value: Plain): Plain {
    let masked: Record<string, unknown> | undefined;
    for (const name of Object.keys(value)) {
      const member = this.#value(name, value[name]);
      if (member === value[name]) continue;
      masked ??= { ...value };
      masked[name] = member;
    }
    return masked ?? value;
  }

  #leaf(name: string, value: string | number): string | number {
    if (value === '') return value;
    const kind = kindOf(name);
    if (kind === 'credential') return MASKED_SECRET;
    if (kind === 'keys') return this.#keys(String(value));
    const isDocument = typeof value === 'string' && value.includes('{');
    if (kind === 'name' || (!this.#looksAtTexts && !isDocument)) return value;
    const text = String(value);
    const masked = this.#text(text);
    return masked === text ? value : masked;
  }

  #keys(keys: string): string {
    return this.#keepsKeys ? keys : MASKED_KEY.repeat([...keys].length);
  }

  /** Whether enough keys were pressed for a text to repeat them. */
  get #looksAtTexts(): boolean {
    return !this.#keepsKeys && this.#pressed.length >= MIN_REPEATED_KEYS;
  }

  /** Masks a text of the application that may contain credentials, or repeat what the caller has pressed. */
  #text(given: string): string {
    const text = withoutCredentials(given);
    if (!this.#looksAtTexts || !HAS_RUN.test(text)) return text;
    return text.replace(RUNS, (run) => (this.#pressed.includes(run) ? this.#keys(run) : run));
  }
}

/** The text with a mask in place of every credential that stands under its name. */
export function withoutCredentials(text: string): string {
  return CREDENTIAL.test(text) ? text.replace(CREDENTIALS_IN_TEXT, `$1${MASKED_SECRET}`) : text;
}

/** Whether a recorded text may stand for this one: masked places match anything. */
export function fitsMasked(recorded: string, text: string): boolean {
  if (recorded === text || recorded === MASKED_SECRET) return true;
  if (!recorded.includes(MASKED_KEY)) return false;
  const letters = [...text];
  const masked = [...recorded];
  return (
    masked.length === letters.length &&
    masked.every((letter, index) => letter === MASKED_KEY || letter === letters[index])
  );
}
