import { type KeyboardEvent, useId, useState } from 'react';

/**
 * Says why something was not done, on one line of a row whose height must not change. A click on it opens a
 * box over the rows below with the whole text; Escape or moving the focus elsewhere closes the box.
 */
export function FailureText(props: { text: string }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const close = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setOpen(false);
  };
  return (
    <span className="failure">
      <button
        type="button"
        className="pending not-done"
        title={props.text}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        onBlur={() => setOpen(false)}
        onKeyDown={close}
      >
        {props.text}
      </button>
      {/* The button says the same to a screen reader. */}
      <span id={id} className="whole-failure" hidden={!open} aria-hidden="true">
        {props.text}
      </span>
    </span>
  );
}
