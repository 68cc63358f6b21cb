import type { BotIntent, BotLocale } from './bot.ts';

/** Understands what a caller said with exact patterns rather than a model: the same words always mean the same. */

/** The intent that the text expresses, with the slots it contains; undefined if none matches. */
export function understand(
  text: string,
  locale: BotLocale,
): { intent: BotIntent; slots: Record<string, string> } | undefined {
  const said = plain(text);
  for (const intent of locale.intents) {
    for (const utterance of intent.utterances) {
      const slots = match(said, utterance, intent, locale);
      if (slots) return { intent, slots };
    }
  }
  return undefined;
}

/** The value of a slot of that type in the text; undefined if the text contains none. */
export function slotValue(text: string, type: string, locale: BotLocale): string | undefined {
  const said = plain(text);
  if (said === '') return undefined;
  const own = locale.slotTypes?.[type];
  if (own) return valuesByWords(own).get(said);
  if (type === 'AMAZON.Number') {
    const digits = said
      .split(' ')
      .map((word) => NUMBERS[word] ?? word)
      .join('');
    return /^\d+$/.test(digits) ? digits : undefined;
  }
  return type === 'AMAZON.AlphaNumeric' ? said.replaceAll(' ', '') : text.trim();
}

const known = new WeakMap<object, ReadonlyMap<string, string>>();

/**
 * Maps all words for a type's values to those values; the first match counts. Cached, since types have up to
 * 10,000 values.
 */
function valuesByWords(type: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string> {
  const former = known.get(type);
  if (former) return former;
  const values = new Map<string, string>();
  for (const [value, others] of Object.entries(type)) {
    for (const words of [value, ...others].map(plain)) if (!values.has(words)) values.set(words, value);
  }
  known.set(type, values);
  return values;
}

/** Interprets yes or no, spoken or keyed (1 and 2); undefined if the text is neither. */
export function confirmed(text: string): boolean | undefined {
  const said = plain(text);
  if (/^(yes|yeah|yep|ok|okay|sure|correct|right|1)$/.test(said)) return true;
  return /^(no|nope|wrong|2)$/.test(said) ? false : undefined;
}

/** Replaces the names in braces with their values, as in `{Count} roses`. */
export function filled(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const NUMBERS: Readonly<Record<string, string>> = Object.fromEntries(
  WORDS.map((word, digit) => [word, String(digit)]),
);

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s*#]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Maximum number of words of a text that are examined. */
const MAX_WORDS = 40;

/** Literal words must match exactly; a slot takes at least one word and as few as possible. */
function match(
  said: string,
  utterance: string,
  intent: BotIntent,
  locale: BotLocale,
): Record<string, string> | undefined {
  const tokens: (string | { slot: string })[] = [];
  for (const [index, part] of utterance.split(/\{(\w+)\}/).entries()) {
    if (index % 2 === 1) tokens.push({ slot: part });
    else
      tokens.push(
        ...plain(part)
          .split(' ')
          .filter((word) => word !== ''),
      );
  }
  const typeOf = (name: string) =>
    intent.slots?.find((slot) => slot.name === name)?.type ?? 'AMAZON.FreeFormInput';
  const words = said.split(' ').slice(0, MAX_WORDS);
  // Remembers positions that failed: otherwise adjacent slots would be tried in every combination.
  const failed = new Set<number>();
  const from = (word: number, at: number): Record<string, string> | undefined => {
    const token = tokens[at];
    if (token === undefined) return word === words.length ? {} : undefined;
    if (typeof token === 'string') return words[word] === token ? from(word + 1, at + 1) : undefined;
    const place = at * (MAX_WORDS + 1) + word;
    if (failed.has(place)) return undefined;
    for (let end = word + 1; end <= words.length; end++) {
      const value = slotValue(words.slice(word, end).join(' '), typeOf(token.slot), locale);
      const rest = value === undefined ? undefined : from(end, at + 1);
      if (rest && value !== undefined) return { [token.slot]: value, ...rest };
    }
    failed.add(place);
    return undefined;
  };
  return from(0, 0);
}
