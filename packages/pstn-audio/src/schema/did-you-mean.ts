/** Maximum number of wrong letters in a name that is still recognised. Our limit. */
const MAX_DISTANCE = 2;

/** The name that was probably meant by what was written; undefined if none is similar. */
export function didYouMean(written: unknown, names: readonly string[]): string | undefined {
  // Names are short: a long text is not a misspelt name.
  if (typeof written !== 'string' || written === '' || written.length > 100) return undefined;
  const same = names.find((name) => name.toLowerCase() === written.trim().toLowerCase());
  if (same !== undefined) return same;
  let nearest: string | undefined;
  let best = Math.min(MAX_DISTANCE, Math.floor(written.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance < best) [nearest, best] = [name, distance];
  }
  return nearest;
}

/** Number of insertions, deletions, changes and swaps of neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(next, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, at(before, column - 2) + 1);
      next.push(cost);
    }
    [before, last] = [last, next];
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
