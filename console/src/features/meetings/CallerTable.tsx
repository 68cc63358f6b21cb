import type { ReactNode } from 'react';
import type { CallRow } from '#contract';
import { CallerRow } from './CallerRow.tsx';

/** What the page knows and does about a caller beside the row itself. */
export interface CallerView {
  selectedAttendee: string;
  /** undefined: this home cannot tell. */
  speaking: { known: ReadonlySet<string> | undefined } | undefined;
  pendingOf: (row: CallRow) => string | undefined;
  onSelect: (row: CallRow) => void;
  actionsOf: (row: CallRow) => ReactNode;
}

/** Who is in a meeting. */
export function CallerTable(props: { meetingName: string; callers: CallRow[]; view: CallerView }) {
  const { view } = props;
  return (
    <table className="callers">
      <caption className="unseen">Callers in {props.meetingName}</caption>
      <thead>
        <tr>
          <th scope="col" className="caller-column">
            Caller
          </th>
          <th scope="col" className="duration-column">
            In the call
          </th>
          <th scope="col" className="microphone-column">
            Microphone
          </th>
          {view.speaking && (
            <th scope="col" className="speaking-column">
              Speaking
            </th>
          )}
          <th scope="col" className="actions-column">
            Actions
          </th>
        </tr>
      </thead>
      <tbody>
        {props.callers.map((row) => (
          <CallerRow
            key={row.transactionId}
            row={row}
            selected={row.attendeeId === view.selectedAttendee}
            showSpeaking={view.speaking !== undefined}
            speaking={view.speaking?.known?.has(row.attendeeId)}
            pending={view.pendingOf(row)}
            onSelect={() => view.onSelect(row)}
            actions={view.actionsOf(row)}
          />
        ))}
      </tbody>
    </table>
  );
}
