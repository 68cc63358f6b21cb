import { type ReactNode, useEffect, useId, useRef } from 'react';

/**
 * A modal dialog while it is mounted. The browser keeps the focus inside, closes it on Escape and returns the
 * focus to where it was. In its first moment (`--haste`) it ignores clicks: the second of two quick clicks
 * was not meant for it.
 */
export function Dialog(props: { title: string; children: ReactNode; onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={titleId} onClose={props.onClose}>
      <h2 id={titleId}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}
