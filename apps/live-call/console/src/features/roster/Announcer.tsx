import { useEffect, useRef, useState } from 'react';
import { operatorNameOf } from '#contract';
import type { SessionState } from '../meeting-session/session-state.ts';
import type { AttendeeNote } from './attendee-order-store.ts';
import { rosterNews } from './news.ts';

/** Tells a screen reader who came and left, and which order about an operator was not carried out. */
export function RosterAnnouncer(props: {
  state: SessionState;
  names: ReadonlyMap<string, string>;
  notes: ReadonlyMap<string, AttendeeNote>;
}) {
  const { state, names, notes } = props;
  const before = useRef({ state, notes });
  const [said, setSaid] = useState('');
  useEffect(() => {
    const nameOf = (id: string, externalUserId: string) =>
      names.get(id) ?? operatorNameOf(externalUserId) ?? (externalUserId || 'Somebody');
    const failures = [...notes]
      .filter(([id, note]) => note.failed && before.current.notes.get(id) !== note)
      .map(([id, note]) => `${names.get(id) ?? 'Operator'}: ${note.text}`);
    const news = [...rosterNews(before.current.state, state, nameOf), ...failures];
    before.current = { state, notes };
    if (news.length > 0) setSaid(news.join(' '));
  }, [state, names, notes]);
  return (
    <p className="unseen" role="status" aria-label="Who came and left">
      {said}
    </p>
  );
}
