import { browserClock } from 'page-ui/clock.ts';
import { type RefObject, useLayoutEffect, useRef } from 'react';

/** Milliseconds after a row has moved in which a click on it does nothing: it was meant for another row. */
export const MOVED_MS = 600;
/** Pixels by which a row may shift without being another one under the hand. */
const SHIFT_PX = 4;

const rowsOf = (body: HTMLElement | null): HTMLElement[] => [
  ...(body?.querySelectorAll<HTMLElement>('tr[data-attendee]') ?? []),
];

/** A row that has moved takes no click for a moment (`data-moved`): it was meant for the row that was there. */
export function useSteadyRows(body: RefObject<HTMLTableSectionElement | null>): void {
  const places = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const next = new Map<string, number>();
    for (const row of rowsOf(body.current)) {
      const id = row.dataset.attendee ?? '';
      const top = row.getBoundingClientRect().top + window.scrollY;
      const before = places.current.get(id);
      if (before !== undefined && Math.abs(before - top) > SHIFT_PX) {
        row.dataset.moved = '';
        browserClock.after(MOVED_MS, () => delete row.dataset.moved);
      }
      next.set(id, top);
    }
    places.current = next;
  });
}

/** When the row with the focus goes, the focus goes to the row that takes its place, not to the top of the page. */
export function useFocusKept(body: RefObject<HTMLTableSectionElement | null>) {
  const focused = useRef<{ attendee: string; index: number; button: number }>(undefined);
  useLayoutEffect(() => {
    const before = focused.current;
    if (!before || document.activeElement !== document.body) return;
    const rows = rowsOf(body.current);
    const usable = rows.filter((row) => row.querySelector('button'));
    // Only when its row went: a click beside all buttons takes the focus away as well, and on purpose.
    if (usable.some((row) => row.dataset.attendee === before.attendee)) return;
    const row = usable.find((one) => rows.indexOf(one) >= before.index) ?? usable.at(-1);
    const buttons = [...(row?.querySelectorAll<HTMLButtonElement>('button') ?? [])];
    const next =
      buttons[before.button] ?? buttons.at(-1) ?? body.current?.closest('article')?.querySelector('h3');
    if (next instanceof HTMLHeadingElement) next.tabIndex = -1;
    next?.focus();
  });
  return {
    onFocus: (event: { target: EventTarget }) => {
      const button = event.target as HTMLElement;
      const row = button.closest<HTMLElement>('tr[data-attendee]');
      if (!row) return;
      const buttons = [...row.querySelectorAll('button')] as HTMLElement[];
      focused.current = {
        attendee: row.dataset.attendee ?? '',
        index: rowsOf(body.current).indexOf(row),
        button: buttons.indexOf(button),
      };
    },
    onBlur: (event: { relatedTarget: EventTarget | null }) => {
      // Without a successor the focus was lost because its row went; a click elsewhere says so by the pointer.
      if (event.relatedTarget) focused.current = undefined;
    },
  };
}
