/**
 * Limits of the service, each with its unit and its source. "DG" is the Chime SDK developer guide, "M" the
 * service model of the API, "GR" the AWS general reference.
 */

/** Actions in one response. DG: invoke-on-call-leg. */
export const MAX_ACTIONS_PER_RESPONSE = 10;
/** Invocations of the function in one call. DG: invoke-on-call-leg. */
export const MAX_INVOCATIONS_PER_CALL = 1000;
/**
 * Consecutive failed actions, with no other event between them, after which a call ends. The service
 * continues up to its limit of invocations; this limit is ours, as a handler whose failure branch fails again
 * would fail a thousand times.
 */
export const MAX_FAILURES_IN_A_ROW = 25;
/** Milliseconds that the function has for its answer. DG: timeouts. */
export const FUNCTION_ANSWER_MS = 20_000;
/** Milliseconds that an inbound call may stay unanswered. DG: case-1. */
export const UNANSWERED_CALL_MS = 30_000;
/**
 * Milliseconds that a call made by the application may ring. The service names no limit; networks give up
 * after about this long.
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
/** Attendees in one ModifyChimeMeetingAttendees action. DG: mute-unmute. */
export const MAX_ATTENDEES_PER_MODIFY = 100;
/** Bytes of an audio file. DG: play-audio. */
export const MAX_AUDIO_FILE_BYTES = 50 * 1024 * 1024;
/** Attendees of a meeting. GR. */
export const MAX_ATTENDEES_PER_MEETING = 250;
/** Milliseconds after which a meeting without anyone connected ends. DG: create-mtgs. */
export const EMPTY_MEETING_MS = 5 * 60_000;
/** Milliseconds after which any meeting ends. DG: create-mtgs. */
export const MEETING_MAX_MS = 24 * 3_600_000;
/** Telephone number of a meeting leg, as events show it. DG: case-5. */
export const MEETING_NUMBER = '+17035550122';
/** Levels of nesting in an action's Parameters. Our limit; the deepest published action has 6. */
export const MAX_PARAMETERS_DEPTH = 32;
/** Times an event is sent again after its invocation failed (not after a timeout). DG: timeouts. */
export const INVOCATION_RETRIES = 1;
/**
 * Milliseconds before a retry if the function was throttled or unreachable, as it needs time to recover. Our
 * choice.
 */
export const RETRY_PAUSE_MS = 1_000;
/** Maximum milliseconds between two attempts to send a HANGUP; the first pauses are shorter. Our choice. */
export const LONGEST_RETRY_PAUSE_MS = 30_000;
/** Attempts to send a HANGUP while the function is throttled or unreachable: about 50 minutes. Our choice. */
export const MAX_HANGUP_ATTEMPTS = 100;
/** Seconds that a called party may ring, inclusive; published texts also say 0 to 120 (C-22). DG: call-and-bridge. */
export const CALL_TIMEOUT_SECONDS = { min: 1, max: 120 } as const;
/** Seconds that a called party may ring if CallAndBridge specifies no limit. DG: call-and-bridge. */
export const DEFAULT_CALL_TIMEOUT_SECONDS = 30;
/** Endpoints of one CallAndBridge. DG: call-and-bridge. */
export const ENDPOINTS_PER_BRIDGE = 1;
/** Characters of an AWS endpoint's Uri; 30 in 2023 (C-23). DG: call-and-bridge. */
export const MAX_ENDPOINT_URI_CHARACTERS = 36;
/** Digits and commas of one SendDigits. DG: send-digits. */
export const MAX_SENT_DIGITS = 50;
/** Milliseconds of one tone that SendDigits sends, inclusive. DG: send-digits. */
export const TONE_MS = { min: 50, max: 24_000 } as const;
/** Milliseconds of a tone if SendDigits specifies none. DG: send-digits. */
export const DEFAULT_TONE_MS = 250;
/** Milliseconds of silence that a comma stands for. DG: send-digits. */
export const COMMA_MS = 500;
/** Milliseconds between two tones. Our choice, as the service specifies none (pstn-audio 4.10). */
export const TONE_GAP_MS = 80;
/** Characters of a recording's Prefix. DG: record-audio. */
export const MAX_RECORDING_PREFIX_CHARACTERS = 979;
/** Seconds of silence that end a RecordAudio, inclusive. DG: record-audio. */
export const SILENCE_SECONDS = { min: 1, max: 1000 } as const;
/** What counts as silence: 1 is at most 30 dB, 1000 about 75 dB. DG: record-audio. */
export const SILENCE_THRESHOLD = { min: 1, max: 1000 } as const;
/** SilenceThreshold if RecordAudio specifies none. DG: record-audio. */
export const DEFAULT_SILENCE_THRESHOLD = 200;
/** Bytes of a bot's Configuration as JSON. DG: start-bot-conversation. */
export const MAX_BOT_CONFIGURATION_BYTES = 10_240;
/** Pairs in the SipHeaders of a call. M. */
export const MAX_SIP_HEADERS = 20;
/** Regions with SIP media applications. Chime SDK developer guide, "Available Regions". */
export const VOICE_REGIONS: readonly string[] = [
  'us-east-1',
  'us-west-2',
  'ca-central-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
];
