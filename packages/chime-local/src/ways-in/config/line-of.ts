/** Matches one part of a JSON pointer as a key with its colon in JavaScript or JSON text. */
const keyIn = (part: string): RegExp =>
  new RegExp(`(?<![\\w$])["'\`]?${part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}["'\`]?\\s*[:({]`, 'g');

/**
 * The line, from 1, of the last of these keys; each is searched for after the one before. Undefined if the
 * text does not contain them, as when a program computes them.
 */
export function lineOf(text: string, keys: readonly string[]): number | undefined {
  let at = 0;
  for (const key of keys) {
    // Items of a list have no key.
    if (/^\d+$/.test(key)) continue;
    const wanted = keyIn(key);
    wanted.lastIndex = at;
    const match = wanted.exec(text);
    if (!match) return undefined;
    at = match.index + match[0].length;
  }
  return at === 0 ? undefined : text.slice(0, at).split('\n').length;
}
