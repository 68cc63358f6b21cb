import { formatClockTime, formatDuration } from 'page-ui/time.ts';
import type { KnownNumber } from '../config.ts';
import { endingInShort } from '../phone/endings.ts';
import type { PastCall } from '../phone/state.ts';
import { DirectionIcon } from './icons.tsx';
import { labelOf, traceOf } from './words.ts';

/** The calls of this page so far, the newest first, each with a button to call again. */
export function RecentCalls(props: {
  calls: readonly PastCall[];
  numbers: readonly KnownNumber[];
  canCall: boolean;
  /** The phone's own number, by which its calls are found. */
  ownNumber: string | undefined;
  onCall: (number: string) => void;
}) {
  return (
    <section className="card" aria-labelledby="recent">
      <h2 id="recent">Recent calls</h2>
      {props.calls.length === 0 ? (
        <p className="faint">None yet. They are forgotten when the page is closed.</p>
      ) : (
        <ul className="recent">
          {props.calls.map((call) => (
            <li key={`${call.id} ${call.startedAt}`}>
              <Row call={call} {...props} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Row(props: {
  call: PastCall;
  numbers: readonly KnownNumber[];
  canCall: boolean;
  /** The phone's own number, by which its calls are found. */
  ownNumber: string | undefined;
  onCall: (number: string) => void;
}) {
  const { call } = props;
  const label = labelOf(call.number, props.numbers);
  const time = formatClockTime(call.startedAt).slice(0, 5);
  const lasted = call.lastedMs === undefined ? '' : ` · ${formatDuration(call.lastedMs)}`;
  return (
    <>
      <span className={call.ending.how === 'missed' ? 'direction missed' : 'direction'}>
        <DirectionIcon direction={call.direction} />
        <span className="unseen">{call.direction === 'out' ? 'Outgoing: ' : 'Incoming: '}</span>
      </span>
      <span className="who">
        <span className="mono">{call.number}</span>
        <span className="how faint">
          {label && `${label} · `}
          {time} · {endingInShort(call.ending)}
          {lasted}
        </span>
      </span>
      {props.ownNumber && (
        <a
          className="trace-link"
          href={traceOf(props.ownNumber, call.startedAt)}
          target="_blank"
          rel="noreferrer"
        >
          Trace<span className="unseen"> of the call {call.number}, in a new tab</span>
        </a>
      )}
      <button
        type="button"
        className="button small quiet"
        aria-label={`Call again ${call.number}`}
        disabled={!props.canCall}
        onClick={() => props.onCall(call.number)}
      >
        Call again
      </button>
    </>
  );
}
