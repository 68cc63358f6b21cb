import type { CallRow } from '#contract';
import type { MutedChange } from '../../tables/index.ts';
import { actionReport } from '../event.ts';
import { result, type StepInput, type StepResult } from './step.ts';

/** The mixer has muted (or unmuted) attendees: updates their rows. */
export async function onAttendeesModified(input: StepInput, byOperator: boolean): Promise<StepResult> {
  const { event, state, ports } = input;
  const { Operation, AttendeeList } = actionReport(event).Parameters;
  const { meetingId } = state;
  const attendees = new Set(Array.isArray(AttendeeList) ? AttendeeList.map(String) : []);
  if (!meetingId || attendees.size === 0) return result(state);
  const me = { meetingId, transactionId: event.CallDetails.TransactionId };
  const onlyMe = attendees.size === 1 && attendees.has(state.attendeeId ?? '');
  const rows: Pick<CallRow, 'meetingId' | 'transactionId'>[] = onlyMe
    ? [me]
    : (await ports.meetingInfo.rows(meetingId)).filter((row) => attendees.has(row.attendeeId));
  const by: MutedChange['by'] = byOperator ? 'operator' : onlyMe ? 'caller' : 'participant';
  await ports.meetingInfo.setMuted(rows, { muted: Operation === 'Mute', by });
  return result(state);
}
