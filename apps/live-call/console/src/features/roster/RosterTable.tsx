import type { ReactNode } from 'react';
import { RosterRow } from './RosterRow.tsx';
import type { RosterEntry } from './roster.ts';

/** What the page knows and does about somebody beside the entry itself. */
export interface RosterView {
  selectedAttendee: string;
  /** False: nothing here can tell who speaks. */
  showSpeaking: boolean;
  /** What is being done, or why it was not done. */
  noteOf: (entry: RosterEntry) => { failed: boolean; text: string } | undefined;
  onSelect: (entry: RosterEntry) => void;
  actionsOf: (entry: RosterEntry) => ReactNode;
}

/** Who is in a meeting, telephones and browsers in one list. */
export function RosterTable(props: { meetingName: string; entries: RosterEntry[]; view: RosterView }) {
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
        {props.entries.map((entry) => (
          <RosterRow
            key={entry.attendeeId}
            entry={entry}
            selected={entry.kind === 'telephone' && entry.attendeeId === view.selectedAttendee}
            showSpeaking={view.showSpeaking}
            note={view.noteOf(entry)}
            onSelect={() => view.onSelect(entry)}
            actions={view.actionsOf(entry)}
          />
        ))}
      </tbody>
    </table>
  );
}
