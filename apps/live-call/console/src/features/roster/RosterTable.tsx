import type { ReactNode } from 'react';
import type { ListedEntry } from './departures.ts';
import { RosterRow, type RowNote } from './RosterRow.tsx';
import type { RosterEntry } from './roster.ts';

/** What the page knows about a participant and can do, apart from the entry itself. */
export interface RosterView {
  selectedAttendee: string;
  /** False: it is not known who is speaking. */
  showSpeaking: boolean;
  /** What is being done to the participant, or why it was not done. */
  noteOf: (entry: RosterEntry) => RowNote | undefined;
  onSelect: (entry: RosterEntry) => void;
  actionsOf: (entry: RosterEntry) => ReactNode;
  /** A link to the trace of the participant's call. */
  traceOf: (entry: RosterEntry) => ReactNode;
}

/** The participants of a meeting, telephones and browsers in one list. */
export function RosterTable(props: { meetingName: string; entries: ListedEntry[]; view: RosterView }) {
  const { view } = props;
  return (
    <table className="callers">
      <caption className="unseen">Who is in {props.meetingName}</caption>
      <thead>
        <tr>
          <th scope="col" className="caller-column">
            Who
          </th>
          <th scope="col" className="duration-column">
            In for
          </th>
          <th scope="col" className="microphone-column">
            Microphone
          </th>
          {view.showSpeaking && (
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
        {props.entries.map(({ entry, leftAt }) => (
          <RosterRow
            key={entry.attendeeId}
            entry={entry}
            left={leftAt !== undefined}
            selected={entry.kind === 'telephone' && entry.attendeeId === view.selectedAttendee}
            showSpeaking={view.showSpeaking}
            note={leftAt === undefined ? view.noteOf(entry) : undefined}
            onSelect={() => view.onSelect(entry)}
            actions={leftAt === undefined ? view.actionsOf(entry) : undefined}
            trace={view.traceOf(entry)}
          />
        ))}
      </tbody>
    </table>
  );
}
