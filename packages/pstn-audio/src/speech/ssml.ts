import { SpeechError } from './speech-error.ts';

/** Words to say, or a silence. */
export type Segment =
  | { kind: 'words'; text: string /** 1 = the voice's own speed, 2 = twice as fast. */; rate: number }
  | { kind: 'silence'; ms: number };

/** Longest break, milliseconds. Source: Amazon Polly Developer Guide, "Adding a pause": 10 s. */
const MAX_BREAK_MS = 10_000;
/** Slowest and fastest speech (same guide, "Controlling volume, speaking rate, and pitch": 20 % to 200 %). */
const MIN_RATE = 0.2;
const MAX_RATE = 2;
/** Deepest nesting that is read; a limit of this parser. */
const MAX_DEPTH = 32;

/** Pauses by name, milliseconds; the guide says which punctuation they resemble. */
const BREAK_STRENGTHS: Readonly<Record<string, number>> = {
  none: 0,
  'x-weak': 0,
  weak: 200,
  medium: 250,
  strong: 400,
  'x-strong': 700,
};
const RATES: Readonly<Record<string, number>> = {
  'x-slow': 0.5,
  slow: 0.75,
  medium: 1,
  fast: 1.3,
  'x-fast': 1.6,
  default: 1,
};
/** Pauses after a paragraph and a sentence, milliseconds. */
const AFTER: Readonly<Record<string, number>> = { p: 700, s: 400 };
/** Valid tags that have no effect here (same guide, "Supported SSML tags"). */
const TRANSPARENT = new Set([
  'speak',
  'emphasis',
  'lang',
  'mark',
  'phoneme',
  'w',
  'p',
  's',
  'amazon:auto-breaths',
  'amazon:breath',
  'amazon:domain',
  'amazon:effect',
  'amazon:emotion',
]);
/** `interpret-as` of `<say-as>` (same guide, "Controlling how special types of words are spoken"), after `number:`. */
const SPELLED = new Set(['characters', 'spell-out', 'digits', 'telephone']);
/** Spoken in place of an expletive. */
const BLEEP = 'beep';
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const TOKEN =
  /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

interface Open {
  name: string;
  rate: number;
  /** The last part of `interpret-as`. */
  sayAs: string;
  /** Spoken in place of the element's text. */
  alias: string | undefined;
}

/**
 * Parses SSML into words and pauses.
 * @throws {SpeechError} with the service's message if the text is not well-formed, has no `<speak>` around
 * it, or has a tag or value that the service does not know.
 */
export function parseSsml(ssml: string): Segment[] {
  const text = ssml.trim();
  const segments: Segment[] = [];
  const stack: Open[] = [];
  let closed = false;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text);
    if (!token) throw invalid('it is not well-formed');
    const [, slash, name, attributes = '', empty, characters] = token;
    if (characters !== undefined) {
      addWords(segments, stack.at(-1), decodeText(characters));
    } else if (name !== undefined && slash) {
      closeTag(segments, stack, name);
      closed = stack.length === 0;
    } else if (name !== undefined) {
      if (closed || (stack.length === 0) !== (name === 'speak'))
        throw invalid('it needs one <speak> around everything');
      const open = openTag(segments, stack.at(-1), name, readAttributes(attributes));
      if (!empty) stack.push(open);
      else addWords(segments, open, '');
      if (empty && stack.length === 0) closed = true;
      if (stack.length > MAX_DEPTH) throw invalid('its tags are nested too deeply');
    }
  }
  if (!closed) throw invalid('a tag is not closed');
  return segments;
}

function openTag(
  segments: Segment[],
  parent: Open | undefined,
  name: string,
  attributes: ReadonlyMap<string, string>,
): Open {
  const open: Open = {
    name,
    rate: parent?.rate ?? 1,
    sayAs: parent?.sayAs ?? '',
    alias: parent?.alias === undefined ? undefined : '',
  };
  if (name === 'break') segments.push({ kind: 'silence', ms: breakMs(attributes) });
  else if (name === 'prosody') open.rate *= rateOf(attributes.get('rate'));
  else if (name === 'say-as') open.sayAs = (attributes.get('interpret-as') ?? '').replace(/^number:/, '');
  else if (name === 'sub') open.alias = attributes.get('alias') ?? '';
  else if (!TRANSPARENT.has(name)) throw invalid(`it has the tag <${name}>, which is not known`);
  open.rate = Math.min(MAX_RATE, Math.max(MIN_RATE, open.rate));
  return open;
}

function closeTag(segments: Segment[], stack: Open[], name: string): void {
  const open = stack.pop();
  if (!open || open.name !== name) throw invalid('its tags overlap');
  const pause = AFTER[name];
  if (pause !== undefined) segments.push({ kind: 'silence', ms: pause });
  // An alias is spoken once, whatever the element contains.
  if (name === 'sub' && open.alias) push(segments, open.alias, open.rate);
}

function addWords(segments: Segment[], open: Open | undefined, characters: string): void {
  if (!open) {
    if (characters.trim() !== '') throw invalid('there is text outside of <speak>');
    return;
  }
  if (open.alias !== undefined || characters.trim() === '') return;
  push(segments, saidAs(open.sayAs, characters), open.rate);
}

function saidAs(kind: string, text: string): string {
  if (SPELLED.has(kind)) return [...text.replace(/\s+/g, '')].join(' ');
  if (kind === 'expletive') return BLEEP;
  return kind === 'ordinal' ? text.replace(/\d+/g, ordinal) : text;
}

function ordinal(digits: string): string {
  const teen = /1\d$/.test(digits);
  const endings: Readonly<Record<string, string>> = { 1: 'st', 2: 'nd', 3: 'rd' };
  return `${digits}${(!teen && endings[digits.slice(-1)]) || 'th'}`;
}

/** Consecutive words of the same speed are spoken as one segment. */
function push(segments: Segment[], text: string, rate: number): void {
  const last = segments.at(-1);
  if (last?.kind === 'words' && last.rate === rate) last.text += ` ${text}`;
  else segments.push({ kind: 'words', text, rate });
}

function breakMs(attributes: ReadonlyMap<string, string>): number {
  const time = attributes.get('time');
  if (time !== undefined) {
    const match = /^\+?(\d{1,6}(?:\.\d{1,3})?)(ms|s)$/.exec(time.trim());
    const ms = match ? Number(match[1]) * (match[2] === 's' ? 1000 : 1) : Number.NaN;
    if (!(ms <= MAX_BREAK_MS)) throw invalid(`a break of ${time} is not a time of at most 10s`);
    return ms;
  }
  const ms = BREAK_STRENGTHS[attributes.get('strength') ?? 'medium'];
  if (ms === undefined)
    throw invalid(`a break has the strength ${attributes.get('strength')}, which is not known`);
  return ms;
}

function rateOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const named = Object.hasOwn(RATES, text) ? RATES[text] : undefined;
  if (named !== undefined) return named;
  const percent = /^(\d{1,4}(?:\.\d+)?)%$/.exec(text.trim());
  if (!percent) throw invalid(`a prosody has the rate ${text}, which is not known`);
  return Number(percent[1]) / 100;
}

function readAttributes(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(ATTRIBUTE)].map((match) => [match[1]!, decodeText(match[2] ?? match[3] ?? '')]),
  );
}

function decodeText(text: string): string {
  return text.replace(/&(#?\w{1,10};)?/g, (_whole, entity: string | undefined) => {
    const name = entity?.slice(0, -1) ?? '';
    if (Object.hasOwn(ENTITIES, name)) return ENTITIES[name]!;
    const code = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
    const point = code ? Number.parseInt(code[1] ?? code[2]!, code[1] ? 16 : 10) : Number.NaN;
    if (point <= 0x10ffff) return String.fromCodePoint(point);
    throw invalid('an & does not begin an entity; write &amp;');
  });
}

function invalid(detail: string): SpeechError {
  return new SpeechError('Invalid SSML request', detail);
}
