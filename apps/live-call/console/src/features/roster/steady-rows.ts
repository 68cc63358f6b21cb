import { browserClock } from 'page-ui/clock.ts';
import { HASTE_MS } from 'page-ui/haste.ts';
import { type RefObject, useLayoutEffect, useRef } from 'react';

/** Pixels by which something may shift without being another one under the hand. */
const SHIFT_PX = 4;

const rowsOf = (body: HTMLElement | null): HTMLElement[] => [
  ...(body?.querySelectorAll<HTMLElement>('tr[data-attendee]') ?? []),
];

/**
 * Rows and buttons of meetings (`data-steady`, with a name of their own) that have moved take no click for a moment
 * (`data-moved`): it was meant for what was there.
 */
export function useSteadyPlaces(panel: RefObject<HTMLElement | null>): void {
  const places = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const next = new Map<string, number>();
    for (const one of panel.current?.querySelectorAll<HTMLElement>('[data-steady]') ?? []) {
      const id = one.dataset.steady ?? '';
      const top = one.getBoundingClientRect().top + window.scrollY;
      const before = places.current.get(id);
      if (before !== undefined && Math.abs(before - top) > SHIFT_PX) {
        one.dataset.moved = '';
        browserClock.after(HASTE_MS, () => delete one.dataset.moved);
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
