/**
 * The documents that cross between the SIP media application service and a function: the event that the
 * service sends and the answer that the function returns. Spelling and JSON types are the service's own.
 * Source: Amazon Chime SDK developer guide, "Invocation event types" and the pages of the actions.
 */

export type ParticipantTag = 'LEG-A' | 'LEG-B';

export type InvocationEventType =
  | 'NEW_INBOUND_CALL'
  | 'NEW_OUTBOUND_CALL'
  | 'RINGING'
  | 'CALL_ANSWERED'
  | 'ACTION_SUCCESSFUL'
  | 'ACTION_FAILED'
  | 'ACTION_INTERRUPTED'
  | 'DIGITS_RECEIVED'
  | 'CALL_UPDATE_REQUESTED'
  | 'HANGUP'
  | 'INVALID_LAMBDA_RESPONSE';

/** One leg of the call, as events list it. `Status` is absent until the leg was answered. */
export interface Participant {
  CallId: string;
  ParticipantTag: ParticipantTag;
  /** E.164; `+17035550122` for a meeting leg. */
  To: string;
  /** E.164; the literal `SMA` for a meeting leg. */
  From: string;
  Direction: 'Inbound' | 'Outbound';
  /** Milliseconds since the epoch as a decimal string of 13 digits. */
  StartTimeInMilliseconds: string;
  Status?: 'Connected' | 'Disconnected';
  SipHeaders?: Record<string, string>;
}

export interface CallDetails {
  TransactionId: string;
  TransactionAttributes?: Record<string, string>;
  AwsAccountId: string;
  AwsRegion: string;
  /** Inbound calls only. */
  SipRuleId?: string;
  SipMediaApplicationId: string;
  Participants: Participant[];
}

/** What an event says of an action (or of a pseudo-action such as `CallUpdateRequest` and `Hangup`). */
export interface ActionData {
  Type: string;
  Parameters: Record<string, unknown>;
  ReceivedDigits?: string;
  ErrorType?: string;
  ErrorMessage?: string;
  /** `"<ErrorType>: <ErrorMessage>"`; JoinChimeMeeting and StartCallRecording only. */
  Error?: string;
  /** ModifyChimeMeetingAttendees only. */
  ErrorList?: unknown[];
}

/** What the service sends to the function. */
export interface InvocationEvent {
  SchemaVersion: '1.0';
  /** 1 on the first event of the transaction, then one more each time. */
  Sequence: number;
  InvocationEventType: InvocationEventType;
  ActionData?: ActionData;
  CallDetails: CallDetails;
  /** INVALID_LAMBDA_RESPONSE only. */
  ErrorType?: string;
  /** INVALID_LAMBDA_RESPONSE only. */
  ErrorMessage?: string;
}

/** One instruction. The service looks up `Type`; the parameters belong to it. */
export interface Action {
  Type: string;
  Parameters?: Record<string, unknown>;
}

/** What the function answers. */
export interface FunctionResponse {
  SchemaVersion: '1.0';
  /** 0 to 10. Missing, null and empty mean: keep what is running and waiting. */
  Actions?: Action[];
  /** Missing: unchanged. `{}`: erased. Otherwise: replaced. */
  TransactionAttributes?: Record<string, string>;
}

/** Where a recorded prompt lies. */
export interface S3AudioSource {
  Type: 'S3';
  BucketName: string;
  Key: string;
}
