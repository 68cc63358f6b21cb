import { decideKeys, menuKeys } from '../decide-keys.ts';
import { actionReport, connectedCaller } from '../event.ts';
import { result, type Step } from './step.ts';
import { keysFirst, othersOf } from './waiting-keys.ts';

/** The caller has pressed keys in the meeting. */
export const onDigits: Step = async ({ event, state, ports }) => {
  const { meetingId, attendeeId, phase } = state;
  const keys = menuKeys(actionReport(event).ReceivedDigits ?? '');
  if (phase !== 'joined' || !meetingId || !attendeeId || keys.length === 0 || !connectedCaller(event)) {
    return result(state);
  }
  const others = await othersOf(keys, state, ports);
  const issued = decideKeys(keys, { meetingId, attendeeId }, others, ports.actions);
  return { state, issued: await keysFirst(state, ports, issued) };
};
