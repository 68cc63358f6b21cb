import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Telephone } from '../telephone.ts';

/** Whether the person has folded the trace, over reloads. */
const KEPT_OPEN = 'phone.trace';
/** Rows that are shown: a long call's are at its page. */
const MAX_ROWS = 200;
/** Pixels from the end within which one looks at the newest. */
const AT_END_PX = 40;

/** What the runtime makes of this phone's call, while it does. */
export function TraceCard(props: { telephone: Telephone }) {
  const { callTrace } = props.telephone;
  const { transactionId, rows } = useSyncExternalStore(callTrace.subscribe, callTrace.trace);
  const [open, setOpen] = useState(() => localStorage.getItem(KEPT_OPEN) !== 'folded');
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  });
  if (transactionId === undefined) return null;
  const toggle = (now: boolean) => {
    setOpen(now);
    localStorage.setItem(KEPT_OPEN, now ? 'open' : 'folded');
  };
  return (
    <details
      className="card trace"
      open={open}
      onToggle={({ currentTarget }) => currentTarget.open !== open && toggle(currentTarget.open)}
    >
      <summary>
        <h2>Trace</h2>
      </summary>
      <div
        className="rows"
        ref={box}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          atEnd.current = scrollTop + clientHeight > scrollHeight - AT_END_PX;
        }}
      >
        <ol aria-label="Events, answers, sounds and keys">
          {rows.slice(-MAX_ROWS).map(({ index, ms, kind, text }) => (
            <li key={index} className={kind}>
              <span className="at mono">{(ms / 1000).toFixed(1)}</span> <span className="what">{text}</span>
            </li>
          ))}
        </ol>
        <p>
          <a href={`/calls/#${transactionId}`} target="_blank" rel="noreferrer">
            All of it<span className="unseen">, in a new tab</span>
          </a>
        </p>
      </div>
    </details>
  );
}
