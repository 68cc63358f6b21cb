import type { CallSummary } from 'pstn-audio/record';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { CallFeed, FeedState } from '../feed/call-feed.ts';
import { CallList } from './CallList.tsx';
import { CallView } from './CallView.tsx';

/** The list of calls, or one of them: the part of the address behind `#` says which. */
export function CallsApp(props: { feed: CallFeed }) {
  const state = useSyncExternalStore(props.feed.subscribe, props.feed.state);
  const hash = useHash();
  const id = callIn(hash, state.calls);
  const summary = state.calls?.find(({ transactionId }) => transactionId === id);
  const title = id === undefined ? 'Calls' : `Call ${summary ? numberOf(summary) : ''}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <header className="top">
        <h1>{id === undefined ? 'Calls' : <a href="#all">Calls</a>}</h1>
        <Health connection={state.connection} />
      </header>
      <main className={id === undefined ? 'calls-layout' : 'call-layout'}>
        {id === undefined ? (
          <CallList calls={state.calls} />
        ) : (
          <CallView key={id} id={id} summary={summary} />
        )}
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
  if (hash === '' || hash === 'all') return undefined;
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
