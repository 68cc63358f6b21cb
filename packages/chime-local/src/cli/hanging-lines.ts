/** What stands under the time of day, so that the lines of one report hang together. */
export const INDENT = '          ';
/** Columns below which nothing is broken: a window that narrow is read by nobody. */
const LEAST_COLUMNS = 30;

/**
 * A text as lines that fit beside what stands before the first, broken between words. A word that is longer than a line stays whole:
 * an address can then be clicked, and copied.
 *
 * @param columns of the window; undefined: the text stays as it is
 * @param indent columns before each line; those of the time of day by default
 */
export function hanging(text: string, columns: number | undefined, indent = INDENT.length): string[] {
  if (columns === undefined || columns < LEAST_COLUMNS) return [text];
  const room = columns - indent;
  return text.split('\n').flatMap((line) => {
    const lines: string[] = [];
    let current = '';
    for (const word of line.split(' ')) {
      if (current !== '' && current.length + 1 + word.length > room) {
        lines.push(current);
        current = word;
      } else current = current === '' ? word : `${current} ${word}`;
    }
    return [...lines, current];
  });
}
