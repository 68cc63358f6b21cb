import { useEffect } from 'react';

/**
 * Milliseconds within which another click counts as the second of two quick ones: it was meant for what was
 * there at the first. Our choice: nobody reads a question in less. `--haste` of base.css is equal.
 */
export const HASTE_MS = 1000;

/** Pixels between two clicks at the same place. */
const SAME_PLACE_PX = 8;

/** Elements that react to clicks. */
const CONTROLS = 'a, button, input, select, textarea, summary, label';

/** The properties of a click that are compared with the next one. */
interface Click {
  control: Element | null;
  x: number;
  y: number;
  at: number;
}

/** The control that a click acts on; for a label, the control that it labels. */
function controlOf(target: EventTarget | null): Element | null {
  const control = target instanceof Element ? target.closest(CONTROLS) : null;
  return control instanceof HTMLLabelElement ? (control.control ?? control) : control;
}

/** Whether `click` belongs to a run of quick clicks at one place that began at another control. */
export function isForAnother(before: Click | undefined, click: Click): boolean {
  if (!before || click.at - before.at >= HASTE_MS || click.control === before.control) return false;
  return Math.hypot(click.x - before.x, click.y - before.y) <= SAME_PLACE_PX;
}

/**
 * Protects users who act quickly. A key that is held down presses a button once, not thirty times a second. A
 * key pressed right after the page has moved the focus presses nothing. A click right after another control
 * was at the same place, say in a question that has disappeared, has no effect on what is there now.
 */
export function useHurriedHands(): void {
  useEffect(() => {
    let last: Click | undefined;
    let passedOver: string | undefined;
    const press = (event: KeyboardEvent): void => {
      const presses = event.key === 'Enter' || event.key === ' ';
      const { target } = event;
      if (!presses || !(target instanceof HTMLElement) || !target.matches('button, a')) return;
      if (!event.repeat) passedOver = isJustFocused(target) ? event.key : undefined;
      if (event.repeat || passedOver === event.key) event.preventDefault();
    };
    // Firefox presses a button when the space bar is released.
    const release = (event: KeyboardEvent): void => {
      if (event.key === passedOver) event.preventDefault();
    };
    const click = (event: MouseEvent): void => {
      // Clicks by keys and scripts have no position.
      if (event.detail === 0 || !event.isTrusted) return;
      const next = {
        control: controlOf(event.target),
        x: event.clientX,
        y: event.clientY,
        at: event.timeStamp,
      };
      const stray = isForAnother(last, next);
      last = stray && last ? { ...next, control: last.control } : next;
      if (!stray) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    document.addEventListener('keydown', press);
    document.addEventListener('keyup', release);
    document.addEventListener('click', click, { capture: true });
    return () => {
      document.removeEventListener('keydown', press);
      document.removeEventListener('keyup', release);
      document.removeEventListener('click', click, { capture: true });
    };
  }, []);
}

/** When the page itself focused an element, in milliseconds of `performance.now`. */
const focusedAt = new WeakMap<Element, number>();

const isJustFocused = (element: Element): boolean =>
  performance.now() - (focusedAt.get(element) ?? Number.NEGATIVE_INFINITY) < HASTE_MS;

/**
 * Focuses the element that replaces a disappeared one. The page does not scroll, and a key pressed right
 * afterwards is ignored, because it was meant for the previous element.
 */
export function moveFocusTo(element: HTMLElement): void {
  focusedAt.set(element, performance.now());
  element.focus({ preventScroll: true });
}
