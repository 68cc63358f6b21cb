import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

/** Rows above and below the window that are there as well, so that a quick scroll shows no gap. */
const SPARE_ROWS = 8;
/** Pixels from the end within which one looks at the newest. */
const AT_END_PX = 60;

export interface WindowedRows {
  scroller: RefObject<HTMLDivElement | null>;
  /** The rows that are there: from `first` to before `last`. */
  first: number;
  last: number;
  /** The row that Tab leads to: the one that has the focus, or is to have it; while it is out of sight, the first. */
  active: number;
  onScroll(): void;
  onKeyDown(event: KeyboardEvent): void;
  /** The row is where the keyboard is. */
  activate(index: number): void;
}

/** Where somebody was in a list; kept by whoever shows the list again. */
export interface ListPlace {
  /** Pixels that are scrolled away. */
  top: number;
  active: number;
}

export interface WindowedOptions {
  /** Who looks at the end stays there when rows are added. */
  followsEnd?: boolean;
  /** Of a list that grows at its top: what its first row is, and where a row is now. */
  growsAtTop?: { first: string | undefined; indexOf: (row: string) => number };
  place?: ListPlace;
}

/**
 * A long list of which only the rows in sight are there. One of them can be reached by Tab; arrows, Page Up and Down, Home
 * and End move on from it. Rows have the attribute `data-row` and the same height.
 *
 * @param rowHeight pixels
 */
export function useWindowedRows(
  count: number,
  rowHeight: number,
  { followsEnd = false, growsAtTop, place }: WindowedOptions = {},
): WindowedRows {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(place?.active ?? 0);
  const [wantsFocus, setWantsFocus] = useState(false);
  useKeptUnderHand(scroller, rowHeight, growsAtTop, (added) => activate(active + added));
  const { range, look } = useRange(scroller, count, rowHeight, followsEnd, place);

  useEffect(() => {
    if (!wantsFocus) return;
    scroller.current?.querySelector<HTMLElement>(`[data-row="${active}"]`)?.focus({ preventScroll: true });
    setWantsFocus(false);
  }, [wantsFocus, active]);

  const activate = (row: number): void => {
    if (place) place.active = row;
    setActive(row);
  };

  const moveTo = (index: number): void => {
    const box = scroller.current;
    const row = Math.min(Math.max(0, index), count - 1);
    if (!box || row < 0) return;
    scrollTo(box, row * rowHeight, rowHeight);
    look();
    activate(row);
    setWantsFocus(true);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const to = destination(event, active, (scroller.current?.clientHeight ?? 0) / rowHeight, count);
    if (to === undefined) return;
    event.preventDefault();
    moveTo(to);
  };

  const end = Math.max(0, count - 1);
  const first = Math.min(range.first, end);
  const last = Math.min(count, range.last);
  return {
    scroller,
    first,
    last,
    active: active >= first && active < last ? active : first,
    onScroll: look,
    onKeyDown,
    activate,
  };
}

/** The rows in sight, and how to look again. */
function useRange(
  scroller: RefObject<HTMLDivElement | null>,
  count: number,
  rowHeight: number,
  followsEnd: boolean,
  place: ListPlace | undefined,
): { range: { first: number; last: number }; look: () => void } {
  const [range, setRange] = useState({ first: 0, last: 40 });
  const atEnd = useRef(followsEnd);

  const look = useCallback((): void => {
    const box = scroller.current;
    if (!box) return;
    if (place) place.top = box.scrollTop;
    atEnd.current = followsEnd && box.scrollTop + box.clientHeight > box.scrollHeight - AT_END_PX;
    const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - SPARE_ROWS);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + SPARE_ROWS;
    setRange((range) => (range.first === first && range.last === last ? range : { first, last }));
  }, [scroller, rowHeight, followsEnd, place]);

  useLayoutEffect(() => {
    if (scroller.current && place) scroller.current.scrollTop = place.top;
  }, [scroller, place]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box && atEnd.current && count > 0) box.scrollTop = box.scrollHeight;
    look();
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  }, [scroller, count, look]);

  return { range, look };
}

/**
 * Rows that come at the top of a list move nothing under a hand: where the pointer or the focus is in it, or somebody has
 * scrolled on, it is scrolled as far as they push it.
 *
 * @param onMoved is told by how many rows it was
 */
function useKeptUnderHand(
  scroller: RefObject<HTMLDivElement | null>,
  rowHeight: number,
  growsAtTop: WindowedOptions['growsAtTop'],
  onMoved: (added: number) => void,
): void {
  const before = useRef(growsAtTop?.first);
  useLayoutEffect(() => {
    const first = before.current;
    before.current = growsAtTop?.first;
    const box = scroller.current;
    if (!box || first === undefined || first === growsAtTop?.first) return;
    const added = growsAtTop?.indexOf(first) ?? 0;
    if (added <= 0 || !(box.scrollTop > 0 || box.matches(':hover, :focus-within'))) return;
    box.scrollTop += added * rowHeight;
    onMoved(added);
  });
}

/** The row to which a key leads; undefined of other keys. `inSight`: rows that fit. */
function destination(
  event: KeyboardEvent,
  active: number,
  inSight: number,
  count: number,
): number | undefined {
  const page = Math.max(1, Math.floor(inSight) - 1);
  if (event.altKey || event.ctrlKey || event.metaKey) return undefined;
  const steps: Record<string, number> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: count - 1,
  };
  return steps[event.key];
}

/** Brings a row into sight, with the one below it. */
function scrollTo(box: HTMLElement, top: number, rowHeight: number): void {
  const bottom = top + rowHeight * 2;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
