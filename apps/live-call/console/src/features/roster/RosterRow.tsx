import { formatDuration, spokenDuration } from 'page-ui/time.ts';
import { useNow } from 'page-ui/use-now.ts';
import type { ReactNode } from 'react';
import { FailureText } from './FailureText.tsx';
import { KindIcon } from './KindIcon.tsx';
import type { Microphone, RosterEntry } from './roster.ts';

const MUTED_BY = {
  caller: 'by the caller',
  participant: 'by another caller',
  operator: 'by an operator',
  self: 'by themselves',
};

/** What is being done to an attendee right now, or why it was not done. */
export interface RowNote {
  failed: boolean;
  text: string;
  /** Tries it again; absent where that would not help. */
  again?: () => void;
}

/** One participant of a meeting. */
export function RosterRow(props: {
  entry: RosterEntry;
  /** The participant has left: the row is shown for a moment longer, without buttons. */
  left: boolean;
  selected: boolean;
  showSpeaking: boolean;
  note: RowNote | undefined;
  onSelect: () => void;
  actions: ReactNode;
  trace: ReactNode;
}) {
  const { entry } = props;
  const self = entry.kind === 'browser' && entry.self;
  return (
    <tr
      className={props.left ? 'left' : props.selected ? 'selected' : undefined}
      data-steady={entry.attendeeId}
    >
      <th scope="row" className="caller-column">
        <span className="who">
          <KindIcon kind={entry.kind} />
          {entry.kind === 'telephone' && props.left ? (
            <span className="number">{entry.name}</span>
          ) : entry.kind === 'telephone' ? (
            <button
              type="button"
              className="number"
              aria-pressed={props.selected}
              aria-label={`Select ${entry.name}`}
              onClick={props.onSelect}
            >
              {entry.name}
            </button>
          ) : (
            <OperatorName name={entry.name} self={self} />
          )}
        </span>
        {props.left ? (
          <span className="second-line">left</span>
        ) : (
          <SecondLine entry={entry} note={props.note} />
        )}
      </th>
      <td data-label="In for">
        <span className="in-for">
          {props.left ? <span className="faint">–</span> : <Duration since={entry.since} />}
          {props.trace}
        </span>
      </td>
      <td data-label="Microphone">
        {!props.left && <MicrophoneTag microphone={entry.microphone} self={self} />}
      </td>
      {props.showSpeaking && (
        <td data-label="Speaking">{!props.left && <Voice speaking={entry.speaking} />}</td>
      )}
      <td className="actions-cell">{props.actions}</td>
    </tr>
  );
}

/** Where there is no room for all of an e-mail address, its end is cut off. */
function OperatorName(props: { name: string; self: boolean }) {
  const at = props.name.lastIndexOf('@');
  const person = at > 0 ? props.name.slice(0, at) : props.name;
  return (
    <>
      <span className="operator-name" title={props.name}>
        {person}
        {at > 0 && <span className="domain">{props.name.slice(at)}</span>}
      </span>
      {props.self && <span className="you">You</span>}
    </>
  );
}

function SecondLine(props: { entry: RosterEntry; note: RowNote | undefined }) {
  const { entry, note } = props;
  if (note) {
    return (
      <span className="second-line">
        {note.failed ? (
          <FailureText text={note.text} />
        ) : (
          <span className="pending" title={note.text}>
            {note.text}
          </span>
        )}
        {note.again && (
          <button
            type="button"
            className="button small again"
            aria-label={`Try again: ${note.text}, ${entry.name}`}
            onClick={note.again}
          >
            Try again
          </button>
        )}
      </span>
    );
  }
  return (
    <span className="second-line">
      {entry.status === 'absent' ? 'not connected' : `${entry.status} ${timeOfDay(entry.since)}`}
    </span>
  );
}

function Duration(props: { since: string | undefined }) {
  const lasted = useNow() - Date.parse(props.since ?? '');
  if (Number.isNaN(lasted)) return <span className="faint">not known</span>;
  return (
    <span className="duration">
      <span aria-hidden="true">{formatDuration(lasted)}</span>
      <span className="unseen">{spokenDuration(lasted)}</span>
    </span>
  );
}

function MicrophoneTag(props: { microphone: Microphone; self: boolean }) {
  const { microphone } = props;
  if (microphone.is === 'open') return <span className="tag open">Open</span>;
  if (microphone.is === 'none') return <span className="tag">Listens only</span>;
  if (microphone.is === 'unknown') return <span className="tag">May speak</span>;
  return (
    <span className="microphone">
      <span className="tag muted">Muted</span>
      {microphone.by && (
        <span className="muted-by">
          {' '}
          {microphone.by === 'self' && props.self ? 'by yourself' : MUTED_BY[microphone.by]}
        </span>
      )}
    </span>
  );
}

function Voice(props: { speaking: boolean | undefined }) {
  if (props.speaking === undefined) return <span className="faint">not known</span>;
  return props.speaking ? (
    <span className="voice speaking">
      <span className="bars" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      Speaking
    </span>
  ) : (
    <span className="voice faint">Silent</span>
  );
}

function timeOfDay(iso: string | undefined): string {
  const time = new Date(iso ?? '');
  return Number.isNaN(time.getTime())
    ? ''
    : time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
