import { invalidParameter } from '../failures.ts';
import { MAX_ATTENDEES_PER_MODIFY } from '../limits.ts';
import { listOf, oneOf, text } from '../schema/kinds.ts';
import { optional, required } from '../schema/shape.ts';
import { actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';

const INVALID_MEETING = invalidParameter('Meeting ID parameter value is invalid.');
const MEETING_ID = text({ what: 'the MeetingId of a meeting' });

/** Adds a meeting as LEG-B and connects LEG-A to it. The result is always reported. DG: join-chime-meeting. */
export const joinChimeMeeting = actionSchema({
  type: 'JoinChimeMeeting',
  fields: {
    /** `JoinToken` of an attendee of the meeting. */
    JoinToken: required(text({ what: "an attendee's JoinToken" }), {
      failure: invalidParameter('JoinToken parameter value is invalid.'),
      secret: true,
    }),
    /** The meeting's id; required if the meeting was made in the Chime SDK Meetings namespace, not in the older one. */
    MeetingId: optional(MEETING_ID, { failure: INVALID_MEETING }),
  },
});

/** `Parameters` of JoinChimeMeeting, as functions write them. */
export type JoinChimeMeetingParameters = WrittenParameters<typeof joinChimeMeeting>;
/** `Parameters` of JoinChimeMeeting, as events echo them: defaults filled in. */
export type JoinChimeMeetingEcho = EchoedParameters<typeof joinChimeMeeting>;

/** Mutes or unmutes telephones in the meeting that this call is in, including other callers'. DG: mute-unmute. */
export const modifyChimeMeetingAttendees = actionSchema({
  type: 'ModifyChimeMeetingAttendees',
  fields: {
    /** What to do to each attendee. */
    Operation: required(oneOf('Mute', 'Unmute'), {
      failure: invalidParameter('ModifyChimeMeetingAttendees Operation parameter value is invalid'),
    }),
    /** The meeting that the call is in. */
    MeetingId: required(MEETING_ID, { failure: INVALID_MEETING }),
    /** Ids of 1 to 100 attendees of that meeting. */
    AttendeeList: required(
      listOf(text({ what: 'the AttendeeId of an attendee' }), {
        min: 1,
        max: MAX_ATTENDEES_PER_MODIFY,
        what: 'ids of attendees',
      }),
      { failure: invalidParameter('Attendee List parameter value is invalid.') },
    ),
  },
});

/** `Parameters` of ModifyChimeMeetingAttendees, as functions write them. */
export type ModifyChimeMeetingAttendeesParameters = WrittenParameters<typeof modifyChimeMeetingAttendees>;
/** `Parameters` of ModifyChimeMeetingAttendees, as events echo them: defaults filled in. */
export type ModifyChimeMeetingAttendeesEcho = EchoedParameters<typeof modifyChimeMeetingAttendees>;
