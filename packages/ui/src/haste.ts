import { useEffect } from 'react';

/**
 * Milliseconds in which another click is the second of two quick ones: it was meant for what was there at the first. Ours:
 * nobody reads a question in less. `--haste` of base.css is the same.
 */
export const HASTE_MS = 1000;

/** Pixels between two clicks of a hand that did not move. */
const SAME_PLACE_PX = 8;

/** What a click is for. */
const CONTROLS = 'a, button, input, select, textarea, summary, label';

/** A click as far as the next one is compared with it. */
interface Click {
  control: Element | null;
  x: number;
  y: number;
  at: number;
}

/** What a click acts on: a label's is that of what it names. */
function controlOf(target: EventTarget | null): Element | null {
  const control = target instanceof Element ? target.closest(CONTROLS) : null;
  return control instanceof HTMLLabelElement ? (control.control ?? control) : control;
}

/** Whether `click` is one of a run of quick ones at one place that began at something else. */
export function isForAnother(before: Click | undefined, click: Click): boolean {
  if (!before || click.at - before.at >= HASTE_MS || click.control === before.control) return false;
  return Math.hypot(click.x - before.x, click.y - before.y) <= SAME_PLACE_PX;
}

/**
 * Lets hurried hands do what they mean. A key that is held down presses a button once, not thirty times a second; one that
 * follows at once where the page has moved the focus presses nothing. A click that follows at once where another thing
 * was, say a question that is gone, does nothing to what is there now.
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
    // Firefox presses a button when the space bar is let go.
    const release = (event: KeyboardEvent): void => {
      if (event.key === passedOver) event.preventDefault();
    };
    const click = (event: MouseEvent): void => {
      // Clicks of keys and scripts are at no place.
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

/** When the page gave the focus to something of itself, milliseconds of `performance.now`. */
const focusedAt = new WeakMap<Element, number>();

const isJustFocused = (element: Element): boolean =>
  performance.now() - (focusedAt.get(element) ?? Number.NEGATIVE_INFINITY) < HASTE_MS;

/**
 * Gives the focus to what takes the place of something that is gone. Nothing scrolls under the hand, and a key that
 * follows at once was meant for what is gone.
 */
export function moveFocusTo(element: HTMLElement): void {
  focusedAt.set(element, performance.now());
  element.focus({ preventScroll: true });
}
