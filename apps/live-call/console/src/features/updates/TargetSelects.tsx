import { Field } from 'page-ui/Field.tsx';
import type { CallRow } from '#contract';
import { type Draft, EVERYONE, type MeetingChoice } from './selection.ts';

/** The choice of the meeting; choosing another one clears the choice of attendee. */
export function MeetingSelect(props: {
  meetings: readonly MeetingChoice[];
  value: string;
  fault: string | undefined;
  onChange: (part: Partial<Draft>) => void;
}) {
  return (
    <Field label="Meeting" fault={props.fault}>
      {(ids) => (
        <select
          {...ids}
          data-field="meeting"
          value={props.value}
          onChange={(event) => props.onChange({ meeting: event.target.value, attendee: '', fromNumber: '' })}
        >
          <option value="">Choose a meeting</option>
          {props.meetings.map(({ name, callers }) => (
            <option key={name} value={name}>
              {name} ({callers.length})
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** The choice of the call: one of the present callers', or everyone's. */
export function AttendeeSelect(props: {
  callers: CallRow[];
  /** Shown instead of the choice when there are no callers. */
  nobody: string;
  value: string;
  fault: string | undefined;
  onChange: (part: Partial<Draft>) => void;
}) {
  const { callers } = props;
  const choose = (attendee: string) =>
    props.onChange({
      attendee,
      fromNumber: callers.find((row) => row.attendeeId === attendee)?.fromNumber ?? '',
    });
  return (
    <Field label="Attendee" fault={props.fault}>
      {(ids) => (
        <select
          {...ids}
          data-field="attendee"
          value={props.value}
          onChange={(event) => choose(event.target.value)}
        >
          <option value="">{callers.length > 0 ? 'Choose an attendee' : props.nobody}</option>
          {callers.map((row) => (
            <option key={row.transactionId} value={row.attendeeId}>
              {row.fromNumber}
              {row.muted ? ' (muted)' : ''}
            </option>
          ))}
          {callers.length > 1 && <option value={EVERYONE}>Everyone ({callers.length})</option>}
        </select>
      )}
    </Field>
  );
}
