import { concernsOthers, decideKeys, menuKeys } from '../decide-keys.ts';
import { actionReport, connectedCaller } from '../event.ts';
import { result, type Step } from './step.ts';

/** Keys pressed in the meeting. */
export const onDigits: Step = async ({ event, state, ports }) => {
  const { meetingId, attendeeId, phase } = state;
  const keys = menuKeys(actionReport(event).ReceivedDigits ?? '');
  if (phase !== 'joined' || !meetingId || !attendeeId || keys.length === 0 || !connectedCaller(event)) {
    return result(state);
  }
  const rows = concernsOthers(keys) ? await ports.meetingInfo.rows(meetingId) : [];
  const others = rows.filter((row) => row.status === 'joined' && row.attendeeId !== attendeeId);
  return { state, issued: decideKeys(keys, { meetingId, attendeeId }, others, ports.actions) };
};
