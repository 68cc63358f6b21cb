import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Telephone } from '../telephone.ts';

/** Storage key that keeps over reloads whether the user has folded the trace. */
const KEPT_OPEN = 'phone.trace';
/** Maximum number of rows that are shown; the page of a long call has all of them. */
const MAX_ROWS = 200;
/** Distance from the end, in pixels, within which the newest rows are being watched. */
const AT_END_PX = 40;

/** The runtime's live trace of this phone's call. */
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
