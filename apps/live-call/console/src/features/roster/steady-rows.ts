import { browserClock } from 'page-ui/clock.ts';
import { HASTE_MS } from 'page-ui/haste.ts';
import { type RefObject, useLayoutEffect, useRef } from 'react';

/** Pixels by which an element may shift and still count as being in the same place. */
const SHIFT_PX = 4;

/**
 * Rows and buttons of meetings (`data-steady`, each with a unique name) ignore clicks for a moment after they
 * have moved (`data-moved`): such a click was meant for what was there before.
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
