import type { Bar } from '#call-trace';

/** Pixels of a letter in a bar's label, on average, and of the space around the label. */
const LETTER_PX = 6.6;
const AROUND_PX = 12;
/** Rows of a track: in a crowd the rest has no label, and a tooltip. */
const MAX_ROWS = 4;

/** Pixels with less than which a label says nothing. */
const LEAST_PX = 36;

/** Where a bar is drawn, and where its label: a label that is wider than its bar stands beside it. */
export interface LabelledBar {
  bar: Bar;
  /** From the top. */
  row: number;
  label: 'inside' | 'right' | 'left' | 'none';
  /** Pixels that the label may take; a longer one ends with an ellipsis. */
  roomPx: number;
}

/** Where the label of a bar stands, from the beginning to the end of bar and label. */
interface Place {
  label: LabelledBar['label'];
  roomPx: number;
  from: number;
  to: number;
}

/** Inside, to the right, to the left: the first that has room for all of the label, else the one that has the most. */
function placeOf(begin: number, end: number, labelPx: number, widthPx: number): Place {
  const rooms = [
    { label: 'inside', roomPx: end - begin } as const,
    { label: 'right', roomPx: widthPx - end } as const,
    { label: 'left', roomPx: begin } as const,
  ];
  const most = Math.max(...rooms.map(({ roomPx }) => roomPx));
  const room = rooms.find(({ roomPx }) => roomPx >= labelPx) ?? rooms.find(({ roomPx }) => roomPx === most);
  if (!room || room.roomPx < LEAST_PX) return { label: 'none', roomPx: 0, from: begin, to: end };
  const takenPx = Math.min(labelPx, room.roomPx);
  return {
    ...room,
    from: room.label === 'left' ? begin - takenPx : begin,
    to: room.label === 'right' ? end + takenPx : end,
  };
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
    const { label, roomPx, from, to } = placeOf(begin, end, labelPx, widthPx);
    let row = freeFrom.findIndex((free) => free <= from);
    if (row < 0 && freeFrom.length < MAX_ROWS) row = freeFrom.push(0) - 1;
    if (row >= 0) {
      freeFrom[row] = to;
      return { bar, row, label, roomPx };
    }
    // Nowhere is room for the label: the bar alone goes where it hides the least.
    const last = freeFrom.indexOf(Math.min(...freeFrom));
    freeFrom[last] = Math.max(freeFrom[last] ?? 0, end);
    return { bar, row: last, label: 'none', roomPx: 0 };
  });
}
