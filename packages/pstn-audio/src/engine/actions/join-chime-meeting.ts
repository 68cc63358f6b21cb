import { liveLegByTag } from '../call.ts';
import { type ActionDefinition, invalidParameter } from './action.ts';
import { text } from './parameters.ts';
import { edgeFailure } from './playback.ts';

type JoinParameters = { JoinToken: string; MeetingId?: string };

/** Adds a meeting as LEG-B and connects LEG-A to it. DG: join-chime-meeting. */
export const joinChimeMeeting: ActionDefinition<JoinParameters, null> = {
  type: 'JoinChimeMeeting',
  accepts: ['JoinToken', 'MeetingId'],
  defaultLeg: 'LEG-A',
  check(raw, { call, leg }) {
    if (leg.participantTag !== 'LEG-A') {
      return invalidParameter('CallId or ParticipantTag parameter for action is invalid.');
    }
    if (liveLegByTag(call, 'LEG-B')) return invalidParameter('Invalid action on the call.');
    const JoinToken = text(raw.JoinToken);
    if (JoinToken === undefined || JoinToken === 'invalid') {
      return invalidParameter('JoinToken parameter value is invalid.');
    }
    const MeetingId = text(raw.MeetingId);
    if (MeetingId === 'invalid') return invalidParameter('Meeting ID parameter value is invalid.');
    return { JoinToken, ...(MeetingId ? { MeetingId } : {}) };
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
        callId: leg.callId,
        joinToken: JoinToken,
        ...(MeetingId ? { meetingId: MeetingId } : {}),
      },
    ],
  }),
  on: {
    MeetingJoined: () => ({ next: 'succeeds' }),
    MeetingJoinFailed: (_doing, input) => ({ next: 'fails', failure: edgeFailure(input) }),
  },
  /** Both forms of the error: pstn-audio C-10. */
  failureKeys: ({ errorType, errorMessage }) => ({ Error: `${errorType}: ${errorMessage}` }),
};
