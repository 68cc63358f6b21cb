/** Why an action can fail: `ErrorType` of ACTION_FAILED. Source: developer guide, the pages of the actions. */
export type ActionErrorType =
  /** A parameter is missing, malformed or out of its limits, or the call's state does not allow the action. */
  | 'InvalidActionParameter'
  /** Speak, SpeakAndGetDigits, VoiceFocus: a required parameter is missing, or the text is too long. */
  | 'MissingRequiredActionParameter'
  /** A prompt cannot be read or is not a playable file. */
  | 'InvalidAudioSource'
  /** CallAndBridge: busy, refused, timed out or unreachable. */
  | 'CallNotAnswered'
  /** PlayAudioAndGetDigits, SpeakAndGetDigits: no attempt brought valid digits (C-15). */
  | 'InvalidDigitsReceived'
  /** JoinChimeMeeting: the meeting refused the leg. */
  | 'ErrorJoiningMeeting'
  /** StartCallRecording: the bucket does not exist or may not be written to. */
  | 'NoAccessToDestination'
  /** Speak: the service-linked role is missing. */
  | 'AccessDenied'
  /** A quota of the account is used up. */
  | 'ActionExecutionThrottled'
  /** StartBotConversation: the bot does not exist. */
  | 'ResourceNotFound'
  /** StartBotConversation: the bot's policy does not allow the service access. */
  | 'ResourceAccessDenied'
  /** Anything unexpected. */
  | 'SystemException';

/** A failure in the service's words. */
export interface Failure {
  readonly errorType: ActionErrorType;
  readonly errorMessage: string;
}

/** Makes a failure as ACTION_FAILED reports it. */
export function failure(errorType: ActionErrorType, errorMessage: string): Failure {
  return { errorType, errorMessage };
}

/** Makes the most common failure. */
export function invalidParameter(errorMessage: string): Failure {
  return failure('InvalidActionParameter', errorMessage);
}

/** The action names no connected leg. DG: unexpected-action-fail. */
export const INVALID_LEG = invalidParameter('CallId or ParticipantTag parameter for action is invalid.');
/** Anything unexpected. DG: unexpected-action-fail. */
export const SYSTEM_ERROR = failure('SystemException', 'System error while running action.');
