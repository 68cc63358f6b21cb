import { MAX_ATTENDEES_PER_MODIFY } from '../../limits.ts';
import { liveLegs } from '../call.ts';
import { type ActionDefinition, invalidParameter } from './action.ts';
import { text } from './parameters.ts';
import { edgeFailure } from './playback.ts';

type ModifyParameters = { Operation: 'Mute' | 'Unmute'; MeetingId: string; AttendeeList: string[] };

/** Mutes or unmutes attendees of the meeting that this call is in; other callers' too. DG: mute-unmute. */
export const modifyChimeMeetingAttendees: ActionDefinition<ModifyParameters, { requestId: string }> = {
  type: 'ModifyChimeMeetingAttendees',
  accepts: ['Operation', 'MeetingId', 'AttendeeList'],
  defaultLeg: 'LEG-B',
  check(raw, { call, leg }) {
    const { Operation, AttendeeList } = raw;
    if (Operation !== 'Mute' && Operation !== 'Unmute') {
      return invalidParameter('ModifyChimeMeetingAttendees Operation parameter value is invalid');
    }
    const MeetingId = text(raw.MeetingId);
    if (MeetingId === undefined || MeetingId === 'invalid') {
      return invalidParameter('Meeting ID parameter value is invalid.');
    }
    if (!isAttendeeList(AttendeeList)) return invalidParameter('Attendee List parameter value is invalid.');
    if (liveLegs(call).length < 2) return invalidParameter('Invalid action on the call.');
    if (leg.kind !== 'meeting') return invalidParameter('Call is not connected to Chime Meeting.');
    if (leg.meetingId !== MeetingId) return invalidParameter('Meeting ID parameter value is invalid.');
    return { Operation, MeetingId, AttendeeList };
  },
  answers: false,
  interruptible: false,
  reports: 'atOnce',
  whenLegEnds: 'nothing',
  start({ parameters, newName }) {
    const requestId = newName('mute');
    const { MeetingId, AttendeeList, Operation } = parameters;
    return {
      next: 'waits',
      state: { requestId },
      outputs: [
        {
          kind: 'SetAttendeesMuted',
          requestId,
          meetingId: MeetingId,
          attendeeIds: [...AttendeeList],
          muted: Operation === 'Mute',
        },
      ],
    };
  },
  on: {
    AttendeesModified({ state }, { requestId, failure }) {
      if (requestId !== state.requestId) return undefined;
      return failure ? { next: 'fails', failure: edgeFailure(failure) } : { next: 'succeeds' };
    },
  },
  failureKeys: () => ({ ErrorList: [] }),
};

function isAttendeeList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= MAX_ATTENDEES_PER_MODIFY &&
    value.every((attendeeId) => typeof attendeeId === 'string' && attendeeId !== '')
  );
}
