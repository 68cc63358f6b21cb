/** Why an action can fail: `ErrorType` of ACTION_FAILED. Source: developer guide, the pages of the actions. */
export type ActionErrorType =
  /** A parameter is missing, malformed or out of its limits, or the call is in no state for the action. */
  | 'InvalidActionParameter'
  /** Speak, SpeakAndGetDigits, VoiceFocus: what they cannot do without is missing. */
  | 'MissingRequiredActionParameter'
  /** A prompt cannot be read or is no such file. */
  | 'InvalidAudioSource'
  /** CallAndBridge: busy, refused, timed out or out of reach. */
  | 'CallNotAnswered'
  /** PlayAudioAndGetDigits, SpeakAndGetDigits: every attempt brought no valid digits (C-15). */
  | 'InvalidDigitsReceived'
  /** JoinChimeMeeting: the meeting refused the leg. */
  | 'ErrorJoiningMeeting'
  /** StartCallRecording: the bucket is not there or may not be written. */
  | 'NoAccessToDestination'
  /** Speak: the service-linked role is missing. */
  | 'AccessDenied'
  /** A quota of the account is used up. */
  | 'ActionExecutionThrottled'
  /** StartBotConversation: there is no such bot. */
  | 'ResourceNotFound'
  /** StartBotConversation: the bot's policy does not let the service in. */
  | 'ResourceAccessDenied'
  /** Anything unexpected. */
  | 'SystemException';

/** A failure in the service's words. */
export interface Failure {
  readonly errorType: ActionErrorType;
  readonly errorMessage: string;
}

/** A failure as ACTION_FAILED tells it. */
export function failure(errorType: ActionErrorType, errorMessage: string): Failure {
  return { errorType, errorMessage };
}

/** The commonest one. */
export function invalidParameter(errorMessage: string): Failure {
  return failure('InvalidActionParameter', errorMessage);
}

/** No such connected leg. DG: unexpected-action-fail. */
export const INVALID_LEG = invalidParameter('CallId or ParticipantTag parameter for action is invalid.');
/** Anything unexpected. DG: unexpected-action-fail. */
export const SYSTEM_ERROR = failure('SystemException', 'System error while running action.');
