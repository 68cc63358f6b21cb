import type { Bar } from '#call-trace';

/** Pixels of a letter in a bar's label, on average, and of the space around the label. */
const LETTER_PX = 6.6;
const AROUND_PX = 12;
/** Rows of a track: in a crowd the rest has no label, and a tooltip. */
const MAX_ROWS = 4;

/** Where a bar is drawn, and where its label: a label that is wider than its bar stands beside it. */
export interface LabelledBar {
  bar: Bar;
  /** From the top. */
  row: number;
  label: 'inside' | 'right' | 'left' | 'none';
}

/**
 * Gives every bar a row in which it and its label are in nobody's way.
 *
 * @param bars in the order of their beginnings
 * @param widthPx of the axis
 */
export function labelledBars(bars: readonly Bar[], lengthMs: number, widthPx: number): LabelledBar[] {
  const pxOf = (ms: number): number => (ms / lengthMs) * widthPx;
  /** Where each row is free again. */
  const freeFrom: number[] = [];
  return bars.map((bar): LabelledBar => {
    const begin = pxOf(bar.beginMs);
    const end = Math.max(pxOf(bar.endMs ?? lengthMs), begin + 3);
    const labelPx = bar.text.length * LETTER_PX + AROUND_PX;
    const label = end - begin >= labelPx ? 'inside' : end + labelPx <= widthPx ? 'right' : 'left';
    const from = label === 'left' ? Math.max(0, begin - labelPx) : begin;
    const to = label === 'right' ? end + labelPx : end;
    let row = freeFrom.findIndex((free) => free <= from);
    if (row < 0 && freeFrom.length < MAX_ROWS) row = freeFrom.push(0) - 1;
    if (row >= 0) {
      freeFrom[row] = to;
      return { bar, row, label };
    }
    // Nowhere is room for the label: the bar alone goes where it hides the least.
    const last = freeFrom.indexOf(Math.min(...freeFrom));
    freeFrom[last] = Math.max(freeFrom[last] ?? 0, end);
    return { bar, row: last, label: 'none' };
  });
}
