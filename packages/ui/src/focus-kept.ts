import { useEffect } from 'react';
import { moveFocusTo } from './haste.ts';

/** What has the focus, with what is needed when it goes. */
interface Focused {
  element: HTMLElement;
  /** The elements that it is in, from the innermost to the outermost. */
  within: HTMLElement[];
  /** Its place in a table; that among the controls of its row is counted from the last, for the first may come and go. */
  place: { row: HTMLElement; list: HTMLElement; index: number; control: number } | undefined;
  /** What had the focus before it came into a dialog or a notice, which are there for a moment only. */
  before: Focused | undefined;
}

const PASSING = 'dialog, .notices';
const rowsOf = (list: HTMLElement): HTMLElement[] => [...list.querySelectorAll('tr')];
const controlsOf = (row: HTMLElement): HTMLElement[] => [...row.querySelectorAll<HTMLElement>('button, a')];

/**
 * Keeps the focus where it was when what has it goes: at the same control of the row that takes the row's place, where
 * one came from before a dialog or a notice, else at the heading of what it was in. Left to the browser it would fall to
 * the top of the page, which a screen reader then reads again from its beginning.
 */
export function useFocusKept(): void {
  useEffect(() => {
    let focused: Focused | undefined;
    const came = ({ target }: FocusEvent): void => {
      if (target instanceof HTMLElement) focused = focusedBy(target, focused);
    };
    // A click beside all controls takes the focus away as well, and on purpose.
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

/** What is to have the focus now; undefined: nothing that is left. */
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
