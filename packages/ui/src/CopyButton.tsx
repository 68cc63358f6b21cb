import { useState } from 'react';
import { browserClock } from './clock.ts';

/** Milliseconds for which the button shows its result. */
const SAID_MS = 2000;

/** Copies `text`. `label` names it for a screen reader, e.g. `Copy PIN of Support`. */
export function CopyButton(props: { text: string; label: string }) {
  const [said, setSaid] = useState<'Copied' | 'Not copied' | undefined>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.text);
      setSaid('Copied');
    } catch {
      setSaid('Not copied');
    }
    browserClock.after(SAID_MS, () => setSaid(undefined));
  };
  return (
    <>
      <button type="button" className="button small quiet" aria-label={props.label} onClick={copy}>
        {said ?? 'Copy'}
      </button>
      <span className="unseen" role="status">
        {said === 'Not copied' ? 'Not copied: select the text and copy it by hand.' : said}
      </span>
    </>
  );
}
