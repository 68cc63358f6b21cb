import { useEffect } from 'react';
import { moveFocusTo } from './haste.ts';

/** The focused element, with what is needed if it disappears. */
interface Focused {
  element: HTMLElement;
  /** Its ancestors, from the innermost to the outermost. */
  within: HTMLElement[];
  /**
   * Its place in a table. The control's index in its row is counted from the last, because the first may come
   * and go.
   */
  place: { row: HTMLElement; list: HTMLElement; index: number; control: number } | undefined;
  /** What had the focus before a dialog or a notice, which exist only for a moment. */
  before: Focused | undefined;
}

const PASSING = 'dialog, .notices';
const rowsOf = (list: HTMLElement): HTMLElement[] => [...list.querySelectorAll('tr')];
const controlsOf = (row: HTMLElement): HTMLElement[] => [...row.querySelectorAll<HTMLElement>('button, a')];

/**
 * Keeps the focus in its place when the focused element disappears: it moves to the same control of the row
 * that takes the row's place, back to where it was before a dialog or a notice, or else to the heading of the
 * section. The browser would move it to the top of the page, which a screen reader would then read from its
 * beginning.
 */
export function useFocusKept(): void {
  useEffect(() => {
    let focused: Focused | undefined;
    const came = ({ target }: FocusEvent): void => {
      if (target instanceof HTMLElement) focused = focusedBy(target, focused);
    };
    // A click beside all controls also removes the focus, but intentionally.
    const clicked = (): void => {
      if (!document.querySelector('dialog[open]')) focused = undefined;
    };
    const changed = (): void => {
      const lost = document.activeElement === document.body || document.activeElement === null;
      if (!lost || !focused || focused.element.isConnected) return;
      const next = successorOf(focused);
      if (next) moveFocusTo(next);
    };
    const observer = new MutationObserver(changed);
    observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener('focusin', came);
    document.addEventListener('pointerdown', clicked, { capture: true });
    return () => {
      observer.disconnect();
      document.removeEventListener('focusin', came);
      document.removeEventListener('pointerdown', clicked, { capture: true });
    };
  }, []);
}

function focusedBy(element: HTMLElement, before: Focused | undefined): Focused {
  const within: HTMLElement[] = [];
  for (let one = element.parentElement; one; one = one.parentElement) within.push(one);
  const passing = element.closest(PASSING);
  const from = before && passing?.contains(before.element) ? before.before : before;
  return { element, within, place: placeOf(element), before: passing ? from : undefined };
}

function placeOf(element: HTMLElement): Focused['place'] {
  const row = element.closest('tr');
  const list = row?.parentElement;
  if (!row || !list) return undefined;
  const controls = controlsOf(row);
  return {
    row,
    list,
    index: rowsOf(list).indexOf(row),
    control: controls.length - controls.indexOf(element),
  };
}

/** The element to be focused next; undefined if none is left. */
function successorOf({ element, within, place, before }: Focused): HTMLElement | undefined {
  if (element.isConnected) return element;
  if (before) {
    const back = successorOf(before);
    if (back) return back;
  }
  return (place?.list.isConnected ? inPlaceOf(place) : undefined) ?? headingOf(within);
}

function inPlaceOf({ row, list, index, control }: NonNullable<Focused['place']>): HTMLElement | undefined {
  const rows = rowsOf(list);
  const usable = rows.filter((one) => one.querySelector('button'));
  const next =
    usable.find((one) => one === row) ?? usable.find((one) => rows.indexOf(one) >= index) ?? usable.at(-1);
  const controls = next ? controlsOf(next) : [];
  return controls[Math.max(0, controls.length - control)];
}

function headingOf(within: readonly HTMLElement[]): HTMLElement | undefined {
  const left = within.find((one) => one.isConnected && one.querySelector('h1, h2, h3'));
  const heading = left?.querySelector<HTMLElement>('h1, h2, h3');
  if (heading && !heading.hasAttribute('tabindex')) heading.tabIndex = -1;
  return heading ?? undefined;
}
