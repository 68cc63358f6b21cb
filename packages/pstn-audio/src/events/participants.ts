import { exactly, exactText } from '../schema/exact.ts';
import { listOf, mapOfTexts, oneOf } from '../schema/kinds.ts';
import type { Meant } from '../schema/schema.ts';
import { optional, required } from '../schema/shape.ts';

/**
 * What every event says about the call and its legs. Source: developer guide, pstn-invocations (pstn-audio
 * 2.2, 2.3).
 */

export const PARTICIPANT = exactly(
  {
    /** Id of the leg; it never changes and is not reused. */
    CallId: required(exactText('the id of a leg')),
    /** `LEG-A`: the first leg. `LEG-B`: the leg that CallAndBridge or JoinChimeMeeting added. */
    ParticipantTag: required(oneOf('LEG-A', 'LEG-B')),
    /** E.164; `+17035550122` for a meeting leg; the Uri for a leg that CallAndBridge called. */
    To: required(exactText('a telephone number')),
    /** E.164; the literal `SMA` for a meeting leg (C-08). */
    From: required(exactText('a telephone number')),
    /** As seen from the service: an `Inbound` leg calls it. */
    Direction: required(oneOf('Inbound', 'Outbound')),
    /** Milliseconds since the epoch, as a decimal text of 13 digits (T-007). */
    StartTimeInMilliseconds: required(exactText('milliseconds since the epoch, 13 digits', /^\d{13}$/)),
    /** Absent until the leg is answered (C-04). */
    Status: optional(oneOf('Connected', 'Disconnected')),
    /** `x-…`, `User-to-User` and `Diversion` headers of the INVITE that brought the leg, if it had any. */
    SipHeaders: optional(mapOfTexts({ what: 'header names and texts' })),
  },
  'one leg of the call',
);

/** One leg of the call, as events list it. */
export type Participant = Meant<typeof PARTICIPANT>;
/** A leg's role: LEG-A began the call; LEG-B is the leg that it was connected with. */
export type ParticipantTag = Participant['ParticipantTag'];

/** `CallDetails` of an event: the call and its legs. */
export const CALL_DETAILS = exactly(
  {
    /** Id of the call; UpdateSipMediaApplicationCall takes it. */
    TransactionId: required(exactText('the id of the call')),
    /** The attributes that the function stored last; absent while there are none (5.10). */
    TransactionAttributes: optional(mapOfTexts({ what: 'names and texts', keepsObjects: true })),
    /** The account of the SIP media application. */
    AwsAccountId: required(exactText('12 digits', /^\d{12}$/)),
    /** The Region of the SIP media application. */
    AwsRegion: required(exactText('a Region')),
    /** The rule that brought the call; inbound calls only (T-011). */
    SipRuleId: optional(exactText('the id of a SIP rule')),
    /** The application whose function this is. Never `SipApplicationId` (C-02). */
    SipMediaApplicationId: required(exactText('the id of a SIP media application')),
    /** The legs: LEG-A first, except if the event is about the other one (C-46). */
    Participants: required(listOf(PARTICIPANT, { min: 1, max: 2, what: 'legs' })),
  },
  'the call and its legs',
);

/** The call, as events describe it. */
export type CallDetails = Meant<typeof CALL_DETAILS>;
