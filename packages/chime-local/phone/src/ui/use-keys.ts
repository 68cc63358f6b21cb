import { type RefObject, useEffect, useState } from 'react';
import { isKey, keysIn } from '../phone/numbers.ts';
import type { Telephone } from '../telephone.ts';

/** Milliseconds for which a key looks pressed. */
const LIT_MS = 160;
/** Controls that take typed characters themselves, so that these are not keys of the call. */
const TAKES_TEXT =
  'input:not([type="range"], [type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';

/**
 * Uses the computer's keys as telephone keys: those typed or pasted during a call are sent; those typed
 * before one go into the number field. Returns the key that was just typed.
 */
export function useKeys(telephone: Telephone, field: RefObject<HTMLInputElement | null>): string | undefined {
  const [lit, setLit] = useState<string>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const inCall = () => telephone.phone.state().call;
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, repeat, target } = event;
      if (ctrlKey || metaKey || altKey || repeat || takesText(target) || !isKey(key)) return;
      if (inCall()?.stage === 'connected') {
        telephone.phone.tell({ type: 'keys', keys: key });
        setLit(key);
        clearTimeout(timer);
        timer = setTimeout(() => setLit(undefined), LIT_MS);
      } else if (!inCall()) {
        // The character itself is typed into the field and replaces its selected text.
        field.current?.focus();
        field.current?.select();
      }
    };
    const onPaste = (event: ClipboardEvent) => {
      if (takesText(event.target) || inCall()?.stage !== 'connected') return;
      event.preventDefault();
      telephone.phone.tell({ type: 'keys', keys: keysIn(event.clipboardData?.getData('text') ?? '') });
    };
    document.addEventListener('keydown', onKeyDown);
    document.addEventListener('paste', onPaste);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('keydown', onKeyDown);
      document.removeEventListener('paste', onPaste);
    };
  }, [telephone, field]);
  return lit;
}

function takesText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TAKES_TEXT) !== null;
}
