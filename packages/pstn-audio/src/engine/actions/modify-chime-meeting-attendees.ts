import { modifyChimeMeetingAttendees as schema } from '../../actions/meetings.ts';
import { invalidParameter } from '../../failures.ts';
import { liveLegs } from '../call.ts';
import type { ActionDefinition } from './action.ts';
import { edgeFailure } from './playback.ts';

/** Mutes or unmutes attendees of the meeting that this call is in, including other callers. DG: mute-unmute. */
export const modifyChimeMeetingAttendees: ActionDefinition<typeof schema, { requestId: string }> = {
  schema,
  defaultLeg: 'LEG-B',
  refuses({ MeetingId }, { call, leg }) {
    if (liveLegs(call).length < 2) return invalidParameter('Invalid action on the call.');
    if (leg.kind !== 'meeting') return invalidParameter('Call is not connected to Chime Meeting.');
    return leg.meetingId === MeetingId
      ? undefined
      : invalidParameter('Meeting ID parameter value is invalid.');
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
