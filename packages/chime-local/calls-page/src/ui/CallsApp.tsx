import { useFocusKept } from 'page-ui/focus-kept.ts';
import { useHurriedHands } from 'page-ui/haste.ts';
import type { CallSummary } from 'pstn-audio/record';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { CallFeed, FeedState } from '../feed/call-feed.ts';
import type { FaultFeed } from '../feed/fault-feed.ts';
import { CallList, type ListView } from './CallList.tsx';
import { CallView } from './CallView.tsx';
import { FaultBanner, FaultsView } from './Faults.tsx';

/** The list of calls, one of them, or the faults: the part of the address behind `#` says which. */
export function CallsApp(props: { feed: CallFeed; faults: FaultFeed }) {
  const state = useSyncExternalStore(props.feed.subscribe, props.feed.state);
  const faults = useSyncExternalStore(props.faults.subscribe, props.faults.state);
  useHurriedHands();
  useFocusKept();
  const hash = useHash();
  const listView = useRef<ListView>({ wanted: '', place: { top: 0, active: 0 } });
  const id = callIn(hash, state.calls);
  const summary = state.calls?.find(({ transactionId }) => transactionId === id);
  const place = hash === 'faults' ? 'faults' : id === undefined ? 'list' : 'call';
  const title = { faults: 'Faults', list: 'Calls', call: `Call ${summary ? numberOf(summary) : ''}` }[place];
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <header className="top">
        <h1>{place === 'list' ? 'Calls' : <a href="#all">Calls</a>}</h1>
        <nav aria-label="Pages">
          <a className="page-link" href="#faults" aria-current={place === 'faults' ? 'page' : undefined}>
            Faults
          </a>
        </nav>
        <Health connection={state.connection} />
      </header>
      <main className={place === 'call' ? 'call-layout' : 'calls-layout'}>
        <FaultBanner feed={props.faults} state={faults} />
        {place === 'faults' && <FaultsView feed={props.faults} state={faults} />}
        {place === 'list' && <CallList calls={state.calls} view={listView.current} />}
        {place === 'call' && id !== undefined && <CallView key={id} id={id} summary={summary} />}
      </main>
    </>
  );
}

function Health(props: { connection: FeedState['connection'] }) {
  const looks = {
    connecting: ['starting', 'Connecting'],
    live: ['live', 'Live'],
    lost: ['reconnecting', 'The runtime does not answer'],
  } as const;
  const [look, text] = looks[props.connection];
  return (
    <p className={`health ${look}`} role="status" aria-label="Connection">
      <span className="dot" aria-hidden="true" />
      {text}
    </p>
  );
}

/** Whose call it is: the person's number. */
export const numberOf = ({ direction, from, to }: CallSummary): string =>
  direction === 'inbound' ? from : to;

/**
 * The call that the address names: by its TransactionId, or as `number=+1…&at=MS`, the call of that number that began
 * nearest to that time.
 */
function callIn(hash: string, calls: readonly CallSummary[] | undefined): string | undefined {
  if (hash === '' || hash === 'all' || hash === 'faults') return undefined;
  if (!hash.includes('=')) return hash;
  const query = new URLSearchParams(hash.replaceAll('+', '%2B'));
  const number = query.get('number');
  const at = Number(query.get('at') ?? Number.POSITIVE_INFINITY);
  const theirs = (calls ?? []).filter(({ from, to }) => from === number || to === number);
  const away = (call: CallSummary) => Math.abs(call.at - (Number.isFinite(at) ? at : call.at));
  return theirs.sort((one, other) => away(one) - away(other))[0]?.transactionId;
}

function useHash(): string {
  const [hash, setHash] = useState(location.hash.slice(1));
  useEffect(() => {
    const changed = () => setHash(location.hash.slice(1));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return hash;
}
