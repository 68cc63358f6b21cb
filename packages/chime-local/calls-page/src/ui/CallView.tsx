import type { CallSummary } from 'pstn-audio/record';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { type Ladder, ladderOf, RecordFeed, type Row, type RowKind } from '#call-trace';
import { AsTest } from './AsTest.tsx';
import { endInShort, Lasted, StateTag } from './CallList.tsx';
import { Details } from './Details.tsx';
import { LadderView } from './LadderView.tsx';
import { Timeline } from './Timeline.tsx';

/** What can be left out of the ladder. */
const FILTERS: readonly { name: string; kinds: readonly RowKind[]; shown: boolean }[] = [
  { name: 'SIP', kinds: ['sip'], shown: true },
  { name: 'Actions and sounds', kinds: ['action', 'sound'], shown: true },
  { name: 'Log lines', kinds: ['log'], shown: true },
  { name: 'Engine', kinds: ['engine'], shown: false },
];

/** One call: what it is, its time line, its ladder, and what has been chosen of it. */
export function CallView(props: { id: string; summary: CallSummary | undefined }) {
  const { id, summary } = props;
  const [feed] = useState(() => new RecordFeed(id));
  const { entries, is } = useSyncExternalStore(feed.subscribe, feed.state);
  useEffect(() => feed.follow(summary), [feed, summary]);
  const ladder = useMemo(() => ladderOf(entries), [entries]);
  const [hidden, setHidden] = useState(() => FILTERS.filter(({ shown }) => !shown).map(({ name }) => name));
  const rows = useMemo(() => rowsOf(ladder, hidden), [ladder, hidden]);
  const [chosen, setChosen] = useState<number>();
  const live = summary?.state === 'ringing' || summary?.state === 'connected';
  const row = ladder.rows.find(({ index }) => index === chosen);

  if (is === 'missing' && !summary) return <Missing />;
  const toggle = (name: string) =>
    setHidden(hidden.includes(name) ? hidden.filter((one) => one !== name) : [...hidden, name]);
  return (
    <>
      <section className="card call-head" aria-labelledby="call">
        <h2 id="call" className="mono">
          {summary ? `${summary.from} → ${summary.to}` : 'A call'}
        </h2>
        {summary && (
          <p>
            <StateTag call={summary} /> <Lasted call={summary} /> · {summary.invocations} events
            {summary.failedInvocations > 0 && (
              <strong className="bad-text"> · {summary.failedInvocations} failed</strong>
            )}
            {summary.end && ` · ${endInShort(summary)}`}
          </p>
        )}
        <p className="faint mono id">{id}</p>
        <Timeline ladder={ladder} chosen={chosen} onChoose={setChosen} />
      </section>
      <section className="card ladder-card" aria-labelledby="ladder">
        <div className="section-head">
          <h2 id="ladder">Ladder</h2>
          <fieldset className="filters">
            <legend className="unseen">Shown in the ladder</legend>
            {FILTERS.map(({ name }) => (
              <label key={name}>
                <input type="checkbox" checked={!hidden.includes(name)} onChange={() => toggle(name)} />{' '}
                {name}
              </label>
            ))}
          </fieldset>
        </div>
        <LadderView lanes={ladder.lanes} rows={rows} live={live} chosen={chosen} onChoose={setChosen} />
      </section>
      <Details row={row} begin={entries[0]?.at ?? 0} />
      {summary?.state === 'ended' && <AsTest id={id} />}
    </>
  );
}

function rowsOf(ladder: Ladder, hidden: readonly string[]): readonly Row[] {
  const kinds = new Set(
    FILTERS.filter(({ name }) => hidden.includes(name)).flatMap((filter) => filter.kinds),
  );
  return ladder.rows.filter(({ kind }) => !kinds.has(kind));
}

function Missing() {
  return (
    <section className="card">
      <h2>There is no record of this call</h2>
      <p>
        It is older than the records that are kept, or was never here. <a href="#all">All calls</a>
      </p>
    </section>
  );
}
