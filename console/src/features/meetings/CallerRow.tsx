import type { ReactNode } from 'react';
import type { CallRow } from '#contract';
import { formatDuration, spokenDuration } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';

const MUTED_BY = { caller: 'by the caller', participant: 'by another caller', operator: 'by an operator' };

/** One caller of a meeting. */
export function CallerRow(props: {
  row: CallRow;
  selected: boolean;
  /** undefined: not known. */
  speaking: boolean | undefined;
  showSpeaking: boolean;
  /** What is being done to the call right now. */
  pending: string | undefined;
  onSelect: () => void;
  actions: ReactNode;
}) {
  const { row } = props;
  return (
    <tr className={props.selected ? 'selected' : undefined} data-attendee={row.attendeeId}>
      <th scope="row" className="caller-column">
        <button
          type="button"
          className="number"
          aria-pressed={props.selected}
          aria-label={`Select ${row.fromNumber}`}
          onClick={props.onSelect}
        >
          {row.fromNumber}
        </button>
        <span className="second-line">
          {props.pending ? (
            <span className="pending">{props.pending}</span>
          ) : (
            <>
              {row.status === 'joining' ? 'joining' : 'joined'} {timeOfDay(row.joinedAt)}
            </>
          )}
        </span>
      </th>
      <td data-label="In the call">
        <Duration since={row.joinedAt} />
      </td>
      <td data-label="Microphone">
        <Microphone row={row} />
      </td>
      {props.showSpeaking && (
        <td data-label="Speaking">
          <Voice speaking={props.speaking} />
        </td>
      )}
      <td className="actions-cell">{props.actions}</td>
    </tr>
  );
}

function Duration(props: { since: string }) {
  const lasted = useNow() - Date.parse(props.since);
  if (Number.isNaN(lasted)) return <span>not known</span>;
  return (
    <span className="duration">
      <span aria-hidden="true">{formatDuration(lasted)}</span>
      <span className="unseen">{spokenDuration(lasted)}</span>
    </span>
  );
}

function Microphone(props: { row: CallRow }) {
  const { muted, mutedBy } = props.row;
  if (!muted) return <span className="tag open">Open</span>;
  return (
    <span className="microphone">
      <span className="tag muted">Muted</span>
      {mutedBy && <span className="muted-by"> {MUTED_BY[mutedBy]}</span>}
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

function timeOfDay(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime())
    ? ''
    : time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
