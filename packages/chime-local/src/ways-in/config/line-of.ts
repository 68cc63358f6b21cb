/** One part of a JSON pointer as it stands in a text of JavaScript or JSON, with its colon. */
const keyIn = (part: string): RegExp =>
  new RegExp(`(?<![\\w$])["'\`]?${part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}["'\`]?\\s*[:({]`, 'g');

/**
 * The line, from 1, on which the last of these keys stands, each looked for behind the one before. Undefined where the text does not
 * show them, as when a program computes them.
 */
export function lineOf(text: string, keys: readonly string[]): number | undefined {
  let at = 0;
  for (const key of keys) {
    // Items of a list have no key of their own.
    if (/^\d+$/.test(key)) continue;
    const wanted = keyIn(key);
    wanted.lastIndex = at;
    const match = wanted.exec(text);
    if (!match) return undefined;
    at = match.index + match[0].length;
  }
  return at === 0 ? undefined : text.slice(0, at).split('\n').length;
}
