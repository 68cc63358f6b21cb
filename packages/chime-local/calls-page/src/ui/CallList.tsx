import { formatClockTime, formatDuration } from 'page-ui/time.ts';
import { useNow } from 'page-ui/use-now.ts';
import { type CallSummary, lastedMs } from 'pstn-audio/record';
import { useDeferredValue, useMemo, useState } from 'react';
import { endWords } from '#call-trace';
import { type ListPlace, useWindowedRows, type WindowedRows } from './use-windowed-rows.ts';

/** Pixels of a row; `calls.css` says the same. */
const ROW_PX = 52;

/** How the list is looked at; kept while a call is shown instead of it. */
export interface ListView {
  /** What was looked for. */
  wanted: string;
  place: ListPlace;
}

/** All calls, the newest first, with a field that looks for some of them. */
export function CallList(props: { calls: readonly CallSummary[] | undefined; view: ListView }) {
  const { calls, view } = props;
  const [wanted, setWanted] = useState(view.wanted);
  const looked = useDeferredValue(wanted.trim().toLowerCase());
  const shown = useMemo(() => (calls ?? []).filter((call) => fits(call, looked)), [calls, looked]);
  const find = (text: string) => {
    view.wanted = text;
    view.place = { top: 0, active: 0 };
    setWanted(text);
  };
  return (
    <section className="card calls-card" aria-labelledby="all-calls">
      <div className="section-head">
        <h2 id="all-calls">{calls === undefined ? 'Loading…' : callsInWords(shown.length)}</h2>
        <div className="find">
          <label className="unseen" htmlFor="find">
            Find by number, state, end or id
          </label>
          <input
            id="find"
            type="search"
            placeholder="Find: number, state, end, id"
            value={wanted}
            onChange={({ target }) => find(target.value)}
          />
        </div>
      </div>
      {calls?.length === 0 ? (
        <p className="faint">
          None yet. Call a number that the start has printed: the call appears here at once.
        </p>
      ) : (
        <Rows key={looked} shown={shown} place={view.place} />
      )}
    </section>
  );
}

function Rows(props: { shown: readonly CallSummary[]; place: ListPlace }) {
  const { shown, place } = props;
  const rows = useWindowedRows(shown.length, ROW_PX, {
    place,
    growsAtTop: {
      first: shown[0]?.transactionId,
      indexOf: (id) => shown.findIndex(({ transactionId }) => transactionId === id),
    },
  });
  return (
    <>
      <div className="call-row head" aria-hidden="true">
        <span>State</span>
        <span>From</span>
        <span>To</span>
        <span>Began</span>
        <span>Lasted</span>
        <span>Events</span>
        <span>End</span>
      </div>
      <div className="scroller" ref={rows.scroller} onScroll={rows.onScroll}>
        <ol className="windowed" style={{ height: shown.length * ROW_PX }}>
          {shown.slice(rows.first, rows.last).map((call, offset) => (
            <CallRow
              key={call.transactionId}
              call={call}
              index={rows.first + offset}
              count={shown.length}
              rows={rows}
            />
          ))}
        </ol>
      </div>
    </>
  );
}

const callsInWords = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'call' : 'calls'}`;

function fits(call: CallSummary, wanted: string): boolean {
  if (wanted === '') return true;
  const { from, to, state, transactionId } = call;
  const failed = call.failedInvocations > 0 ? 'failed' : '';
  const fault = call.faults > 0 ? 'fault' : '';
  const texts = [from, to, state, transactionId, failed, fault, endInShort(call)];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

function CallRow(props: { call: CallSummary; index: number; count: number; rows: WindowedRows }) {
  const { call, index, rows } = props;
  return (
    <li aria-setsize={props.count} aria-posinset={index + 1} style={{ top: index * ROW_PX }}>
      <a
        className="call-row"
        href={`#${call.transactionId}`}
        data-row={index}
        tabIndex={rows.active === index ? 0 : -1}
        onFocus={() => rows.activate(index)}
        onKeyDown={rows.onKeyDown}
      >
        <span>
          <StateTag call={call} />
        </span>
        <span className="mono">{call.from || 'unknown'}</span>
        <span className="mono">
          <span className="unseen">to </span>
          {call.to || 'unknown'}
        </span>
        <span className="nowrap">{`${dayOf(call.at)}${formatClockTime(call.at).slice(0, 8)}`}</span>
        <span>
          <Lasted call={call} />
        </span>
        <span>
          {call.invocations}
          {call.failedInvocations > 0 && (
            <strong className="bad-text"> ({call.failedInvocations} failed)</strong>
          )}
        </span>
        <span className="end-cell">
          {call.faults > 0 && <strong className="bad-text">fault · </strong>}
          {endInShort(call)}
        </span>
      </a>
    </li>
  );
}

/** How long the call has lasted; of one in progress, by the second. */
export function Lasted(props: { call: CallSummary }) {
  const now = useNow();
  return <>{formatDuration(lastedMs(props.call, now))}</>;
}

export function StateTag(props: { call: CallSummary }) {
  const { state, failedInvocations, faults } = props.call;
  const bad = state === 'lost' || failedInvocations > 0 || faults > 0;
  return <span className={`tag ${state}${bad ? ' bad' : ''}`}>{state}</span>;
}

/** Who ended it and how, in a few words. */
export function endInShort({ end, state }: CallSummary): string {
  if (state === 'lost') return 'the runtime ended first';
  if (!end) return state === 'ended' ? '' : '–';
  return endWords(end);
}

/** Empty for today. */
function dayOf(at: number): string {
  const day = new Date(at);
  if (day.toDateString() === new Date().toDateString()) return '';
  return `${day.toLocaleDateString('en-GB', { day: '2-digit', month: 'short' })} `;
}
