/**
 * Limits of the service, each with its unit and its source. "DG" is the Chime SDK developer guide, "M" the
 * service model of the API, "GR" the AWS general reference.
 */

/** Actions in one response. DG: invoke-on-call-leg. */
export const MAX_ACTIONS_PER_RESPONSE = 10;
/** Invocations of the function in one call. DG: invoke-on-call-leg. */
export const MAX_INVOCATIONS_PER_CALL = 1000;
/** Milliseconds the function has for its answer. DG: timeouts. */
export const FUNCTION_ANSWER_MS = 20_000;
/** Milliseconds an inbound call may stay unanswered. DG: case-1. */
export const UNANSWERED_CALL_MS = 30_000;
/**
 * Milliseconds a call of the application's own may ring. The service names no limit: networks give up after
 * about this long.
 */
export const UNANSWERED_OUTBOUND_CALL_MS = 60_000;
/** Characters of a custom SIP header's value. DG: sip-headers. */
export const MAX_SIP_HEADER_CHARACTERS = 2048;
/** Pairs in TransactionAttributes. DG: transaction-attributes. */
export const MAX_TRANSACTION_ATTRIBUTES = 100;
/** Bytes of TransactionAttributes. DG: transaction-attributes. */
export const MAX_TRANSACTION_ATTRIBUTES_BYTES = 20_480;
/** Milliseconds of a Pause, inclusive. DG: unexpected-action-fail. */
export const PAUSE_MS = { min: 100, max: 30_000 } as const;
/** Characters of a Speak text. DG: speak. */
export const MAX_SPEAK_CHARACTERS = 1000;
/** Digits that an action may collect. DG: play-audio-get-digits. */
export const MAX_DIGITS = 128;
/** Attendees in one ModifyChimeMeetingAttendees. DG: mute-unmute. */
export const MAX_ATTENDEES_PER_MODIFY = 100;
/** Bytes of an audio file. DG: play-audio. */
export const MAX_AUDIO_FILE_BYTES = 50 * 1024 * 1024;
/** Attendees of a meeting. GR. */
export const MAX_ATTENDEES_PER_MEETING = 250;
/** Milliseconds after which a meeting without anyone connected ends. DG: create-mtgs. */
export const EMPTY_MEETING_MS = 5 * 60_000;
/** Milliseconds after which any meeting ends. DG: create-mtgs. */
export const MEETING_MAX_MS = 24 * 3_600_000;
/** Far end of a meeting leg, as events show it. DG: case-5. */
export const MEETING_NUMBER = '+17035550122';
/** Levels of nesting in an action's Parameters. Ours; the deepest published action has 6. */
export const MAX_PARAMETERS_DEPTH = 32;
/** Times an event is sent again after its invocation failed (not after a timeout). DG: timeouts. */
export const INVOCATION_RETRIES = 1;
