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
  /** The row that has the focus, or is to have it. */
  active: number;
  onScroll(): void;
  onKeyDown(event: KeyboardEvent): void;
  /** The row is where the keyboard is. */
  activate(index: number): void;
}

/**
 * A long list of which only the rows in sight are there. One of them can be reached by Tab; arrows, Page Up and Down, Home
 * and End move on from it. Rows have the attribute `data-row` and the same height.
 *
 * @param rowHeight pixels
 * @param followsEnd who looks at the end stays there when rows are added
 */
export function useWindowedRows(count: number, rowHeight: number, followsEnd = false): WindowedRows {
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, last: 40 });
  const [active, setActive] = useState(0);
  const [wantsFocus, setWantsFocus] = useState(false);
  const atEnd = useRef(followsEnd);

  const look = useCallback((): void => {
    const box = scroller.current;
    if (!box) return;
    atEnd.current = followsEnd && box.scrollTop + box.clientHeight > box.scrollHeight - AT_END_PX;
    const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - SPARE_ROWS);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + SPARE_ROWS;
    setRange((range) => (range.first === first && range.last === last ? range : { first, last }));
  }, [rowHeight, followsEnd]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box && atEnd.current && count > 0) box.scrollTop = box.scrollHeight;
    look();
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  }, [count, look]);

  useEffect(() => {
    if (!wantsFocus) return;
    scroller.current?.querySelector<HTMLElement>(`[data-row="${active}"]`)?.focus({ preventScroll: true });
    setWantsFocus(false);
  }, [wantsFocus, active]);

  const moveTo = (index: number): void => {
    const box = scroller.current;
    const row = Math.min(Math.max(0, index), count - 1);
    if (!box || row < 0) return;
    scrollTo(box, row * rowHeight, rowHeight);
    look();
    setActive(row);
    setWantsFocus(true);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const to = destination(event, active, (scroller.current?.clientHeight ?? 0) / rowHeight, count);
    if (to === undefined) return;
    event.preventDefault();
    moveTo(to);
  };

  const end = Math.max(0, count - 1);
  return {
    scroller,
    first: Math.min(range.first, end),
    last: Math.min(count, range.last),
    active: Math.min(active, end),
    onScroll: look,
    onKeyDown,
    activate: setActive,
  };
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
