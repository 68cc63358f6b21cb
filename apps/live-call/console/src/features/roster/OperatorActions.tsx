import type { RosterEntry } from './roster.ts';

/** What the buttons of an operator's row ask for. */
export type OperatorAsk = 'mute' | 'unmute' | 'remove' | 'mute-self' | 'unmute-self' | 'leave';

/** The buttons of one operator: another one, or the one at this page. */
export function OperatorActions(props: {
  entry: RosterEntry & { kind: 'browser' };
  onAsk: (ask: OperatorAsk) => void;
}) {
  const { entry, onAsk } = props;
  const { is } = entry.microphone;
  // A mute by another operator is taken back by the server; a mute of one's own, by the page itself.
  const mute = muteAsk(entry);
  const does = mute.startsWith('un') ? 'Unmute' : 'Mute';
  const whom = entry.self ? 'yourself' : entry.name;
  return (
    <div className="actions">
      {is !== 'none' && (
        <button
          type="button"
          className="button small mute"
          data-does={does}
          aria-label={`${does} ${whom}`}
          onClick={() => onAsk(mute)}
        >
          {does}
        </button>
      )}
      <button
        type="button"
        className="button small danger"
        aria-label={entry.self ? 'Leave the meeting' : `Disconnect ${entry.name}`}
        onClick={() => onAsk(entry.self ? 'leave' : 'remove')}
      >
        {entry.self ? 'Leave' : 'Disconnect'}
      </button>
    </div>
  );
}

function muteAsk({ row, self, microphone }: RosterEntry & { kind: 'browser' }): OperatorAsk {
  if (row.muted) return 'unmute';
  if (!self) return 'mute';
  return microphone.is === 'muted' ? 'unmute-self' : 'mute-self';
}
