import { type RefObject, useEffect, useState } from 'react';
import { isKey, keysIn } from '../phone/numbers.ts';
import type { Telephone } from '../telephone.ts';

/** Milliseconds that a key looks pressed. */
const LIT_MS = 160;
/** Where typed characters belong to the control, not to the call. */
const TAKES_TEXT =
  'input:not([type="range"], [type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';

/**
 * Keys of the computer as keys of the telephone: typed or pasted in a call they are sent; typed before one
 * they go into the number field. Returns the key that was just typed.
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
        // The character itself lands in the field, in place of what was chosen there.
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
