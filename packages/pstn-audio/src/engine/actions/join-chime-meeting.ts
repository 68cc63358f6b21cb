import { joinChimeMeeting as schema } from '../../actions/meetings.ts';
import { INVALID_LEG, invalidParameter } from '../../failures.ts';
import { liveLegByTag } from '../call.ts';
import type { ActionDefinition } from './action.ts';
import { edgeFailure } from './playback.ts';

/** Adds a meeting as LEG-B and connects LEG-A to it. DG: join-chime-meeting. */
export const joinChimeMeeting: ActionDefinition<typeof schema, null> = {
  schema,
  defaultLeg: 'LEG-A',
  refuses(_parameters, { call, leg }) {
    if (leg.participantTag !== 'LEG-A') return INVALID_LEG;
    return liveLegByTag(call, 'LEG-B') ? invalidParameter('Invalid action on the call.') : undefined;
  },
  answers: true,
  interruptible: false,
  reports: 'atOnce',
  whenLegEnds: 'nothing',
  start: ({ leg, parameters: { JoinToken, MeetingId } }) => ({
    next: 'waits',
    state: null,
    outputs: [
      {
        kind: 'JoinMeeting',
        legId: leg.legId,
        joinToken: JoinToken,
        ...(MeetingId ? { meetingId: MeetingId } : {}),
      },
    ],
  }),
  on: {
    MeetingJoined: () => ({ next: 'succeeds' }),
    MeetingJoinFailed: (_doing, input) => ({ next: 'fails', failure: edgeFailure(input) }),
  },
  /** The event carries both forms of the error: pstn-audio C-10. */
  failureKeys: ({ errorType, errorMessage }) => ({ Error: `${errorType}: ${errorMessage}` }),
};
