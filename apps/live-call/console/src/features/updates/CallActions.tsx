import type { CallRow } from '#contract';
import type { Order } from './submission.ts';

/** What the buttons ask for: an order that can be sent at once, or one that needs a choice or a confirmation first. */
export type Ask =
  | { kind: 'now'; order: Order }
  | { kind: 'choose'; updateInfo: 'PlayAudio' | 'Speak' }
  | { kind: 'confirm' };

/** The buttons of one caller. */
export function CallActions(props: { row: CallRow; onAsk: (ask: Ask) => void }) {
  const { row, onAsk } = props;
  const number = row.fromNumber;
  const mute = row.muted ? 'Unmute' : 'Mute';
  const order: Order = { updateInfo: row.muted ? 'UnmuteAttendee' : 'MuteAttendee' };
  return (
    <div className="actions">
      <button
        type="button"
        className="button small mute"
        data-does={mute}
        aria-label={`${mute} ${number}`}
        onClick={() => onAsk({ kind: 'now', order })}
      >
        {mute}
      </button>
      <button
        type="button"
        className="button small"
        aria-label={`Play a prompt to ${number}`}
        onClick={() => onAsk({ kind: 'choose', updateInfo: 'PlayAudio' })}
      >
        Play
      </button>
      <button
        type="button"
        className="button small"
        aria-label={`Speak a text to ${number}`}
        onClick={() => onAsk({ kind: 'choose', updateInfo: 'Speak' })}
      >
        Speak
      </button>
      <button
        type="button"
        className="button small danger"
        aria-label={`Disconnect ${number}`}
        onClick={() => onAsk({ kind: 'confirm' })}
      >
        Disconnect
      </button>
    </div>
  );
}

/** The buttons of a whole meeting. */
export function MeetingActions(props: { meetingName: string; onAsk: (ask: Ask) => void }) {
  const { meetingName, onAsk } = props;
  const buttons: { text: string; ask: Ask; danger?: boolean }[] = [
    { text: 'Mute all', ask: { kind: 'now', order: { updateInfo: 'MuteAttendee' } } },
    { text: 'Unmute all', ask: { kind: 'now', order: { updateInfo: 'UnmuteAttendee' } } },
    { text: 'Play to all', ask: { kind: 'choose', updateInfo: 'PlayAudio' } },
    { text: 'Speak to all', ask: { kind: 'choose', updateInfo: 'Speak' } },
    { text: 'Disconnect all', ask: { kind: 'confirm' }, danger: true },
  ];
  return (
    <fieldset className="actions meeting-actions" data-steady={`everyone in ${meetingName}`}>
      <legend className="unseen">Everyone in {meetingName}</legend>
      {buttons.map(({ text, ask, danger }) => (
        <button
          key={text}
          type="button"
          className={danger ? 'button small danger' : 'button small'}
          aria-label={`${text} in ${meetingName}`}
          onClick={() => onAsk(ask)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
