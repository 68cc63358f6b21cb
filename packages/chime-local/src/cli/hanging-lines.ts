/** Indent as wide as the time of day, so that the continuation lines of a report align. */
export const INDENT = '          ';
/** Width in columns below which lines are not broken, since nobody reads so narrow a window. */
const LEAST_COLUMNS = 30;

/**
 * Breaks a text between words into lines that fit the window beside the indent. A word longer than a line is
 * not broken, so that an address can still be clicked and copied.
 *
 * @param columns of the window; undefined leaves the text as it is
 * @param indent columns before each line; by default those of the time of day
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
