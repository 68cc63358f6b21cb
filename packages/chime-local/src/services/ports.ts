/**
 * The interfaces between the emulated AWS APIs and the rest of the runtime. The APIs validate, store, forward
 * and answer; they never decide what a call does.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MediaCapability } from '#attendance';
import type { Protocol } from './front/refusal.ts';
import type { AccessQuestion } from './iam/access.ts';

/** A validated CreateSipMediaApplicationCall request. */
export interface CallRequest {
  /** The application that controls the call. */
  target: { sipMediaApplicationId: string; awsRegion: string; functionArn: string };
  /** The calling number: a number of the account, E.164 with the plus sign. */
  from: string;
  /** The called number, E.164 with the plus sign. */
  to: string;
  /** SIP headers for the INVITE; absent if the request had none. */
  sipHeaders?: Record<string, string>;
  /** The request's `ArgumentsMap`; absent if the request had none. */
  arguments?: Record<string, string>;
}

/** The calls of the runtime, as Chime SDK Voice uses them. */
export interface CallControl {
  /**
   * Starts a call and returns its TransactionId before anything rings. Returns `unavailable` while there is
   * no telephony.
   */
  createCall(request: CallRequest): string | 'unavailable';
  /**
   * Forwards UpdateSipMediaApplicationCall. Returns `notFound` if that application has no such call in
   * progress.
   */
  updateCall(
    sipMediaApplicationId: string,
    transactionId: string,
    args: Record<string, string>,
  ): 'accepted' | 'notFound';
}

export type { MediaCapability };

export interface AttendeeCapabilities {
  audio: MediaCapability;
  /** The camera video. */
  video: MediaCapability;
  content: MediaCapability;
}

/** The attendee to whom a join token belongs. */
export interface Ticket extends AttendeeCapabilities {
  meetingId: string;
  attendeeId: string;
  externalUserId: string;
}

/** The events that Chime SDK Meetings reports to the runtime. */
export interface MeetingObserver {
  /** Called after DeleteAttendee or at the end of the meeting: a connected leg or client must leave. */
  onAttendeeRemoved(meetingId: string, attendeeId: string, why: 'attendee deleted' | 'meeting ended'): void;
  /**
   * Called after UpdateAttendeeCapabilities, single or in a batch, even if the capabilities are unchanged.
   */
  onCapabilitiesChanged(meetingId: string, attendeeId: string, capabilities: AttendeeCapabilities): void;
}

/** The targets of calls to a number, according to the SIP rules. */
export interface CallRoute {
  sipRuleId: string;
  targets: { sipMediaApplicationId: string; awsRegion: string; functionArn: string }[];
}

/** A possible route of a call to a Voice Connector. */
export interface ConnectorRoute {
  connectorId: string;
  /** An IP address or a host name. */
  host: string;
  port: number;
  transport: 'udp' | 'tcp';
  /**
   * The lowest rank is tried first. Routes of the same rank share the calls in proportion to their weights.
   */
  rank: number;
  weight: number;
}

/** The part of Chime SDK Voice that the runtime uses. */
export interface VoiceDirectory {
  /** The enabled rule for the host name of a Voice Connector. */
  routeForHost(host: string): CallRoute | undefined;
  /** The origination routes of a Voice Connector or group, by rank; undefined if no such ARN exists. */
  connector(arn: string): ConnectorRoute[] | undefined;
  /** The bucket for call detail records; undefined if they are not delivered. */
  cdrBucket(): string | undefined;
  /** Whether the application's messages are to be written to its log group. */
  logsMessages(sipMediaApplicationId: string): boolean;
  /** The `Name` of a number in the inventory. */
  nameOfNumber(number: string): string | undefined;
  /** The enabled rule for a dialled number (E.164), with its targets by priority. */
  routeForNumber(number: string): CallRoute | undefined;
  /** The numbers in the inventory that an enabled rule uses. */
  routedNumbers(): string[];
  /** Whether the number belongs to the account: acquired and not deleted. */
  owns(number: string): boolean;
  /**
   * The name of the SIP media application that answers the number first; undefined if no rule uses the
   * number.
   */
  applicationOf(number: string): string | undefined;
  /** The ids of the SIP media applications, oldest first. */
  applicationIds(): string[];
  /** The ARNs of the functions that applications invoke, including the version or alias if they name one. */
  endpoints(): string[];
}

/** The part of Chime SDK Meetings that the runtime uses. */
export interface MeetingDirectory {
  /**
   * The attendee of a token. If `meetingId` is given, the token must belong to that meeting. Undefined if the
   * token is wrong, or if its attendee or meeting no longer exists.
   */
  redeem(joinToken: string, meetingId?: string): Ticket | undefined;
  /** Whether all ids belong to attendees of that meeting, which must still exist. */
  areAttendees(meetingId: string, attendeeIds: string[]): boolean;
  exists(meetingId: string): boolean;
  /** Presence determines when an empty meeting ends. */
  attendeeConnected(meetingId: string, attendeeId: string): void;
  attendeeDisconnected(meetingId: string, attendeeId: string): void;
}

/** The same for a user that manages all meetings at once, namely a rehearsal. */
export interface AllMeetings extends MeetingDirectory {
  /** All attendees of all meetings. */
  everybody(): { meetingId: string; attendeeId: string; externalUserId: string }[];
  /** Ends every meeting, as DeleteMeeting does. */
  endAll(): void;
}

/** The principal of a request whose signature was valid. */
export interface Caller {
  accessKeyId: string;
  /**
   * The ARN, e.g. `arn:aws:sts::000000000000:assumed-role/<role>/<function>`, or that of the local operator.
   */
  arn: string;
}

/** The secret of an access key. Undefined leads to InvalidClientTokenId or UnrecognizedClientException. */
export type CredentialLookup = (
  accessKeyId: string,
) => { secretAccessKey: string; sessionToken?: string; arn: string } | undefined;

/** The data needed to verify signed chunks (Amazon S3 API reference, sigv4-streaming). */
export interface ChunkSigning {
  /** The signature of the request itself, which precedes that of the first chunk. */
  seedSignature: string;
  /** Format `YYYYMMDDTHHMMSSZ`. */
  amzDate: string;
  /** Format `YYYYMMDD/region/service/aws4_request`. */
  scope: string;
  /** HMAC-SHA256 of the string to sign, in hexadecimal. */
  sign(stringToSign: string): string;
}

/** An AWS request whose signature was verified. The path is raw (neither decoded nor normalised). */
export interface AwsRequest {
  method: string;
  rawPath: string;
  rawQuery: string;
  headers: IncomingMessage['headers'];
  /** From the credential scope: `chime`, `s3`, `dynamodb`, `lambda`, … */
  service: string;
  region: string;
  caller: Caller;
  requestId: string;
  /** The protocol of the request and its answer. Absent in tests that bypass the endpoint. */
  protocol?: Protocol;
  /** Reports on the terminal, once, which caller requested an operation that is not served. */
  tellUnserved?(operation: string): void;
  /**
   * The payload hash that the signature covers: 64 hexadecimal digits, `UNSIGNED-PAYLOAD` or a `STREAMING-…`
   * name. For `s3` the body has not been read yet, and whoever reads it must compare the hash. For every
   * other service the endpoint has already read and compared the body (see `body`).
   */
  payloadHash: string;
  /** The whole body, with its hash verified. Absent for `s3`, whose bodies are streamed. */
  body?: Buffer | undefined;
  /**
   * For `STREAMING-AWS4-HMAC-SHA256-PAYLOAD[-TRAILER]`: the data to which the signatures of the chunks are
   * chained.
   */
  chunkSigning?: ChunkSigning | undefined;
  /**
   * The request's body stream and the response to write. For `s3` this is the unread stream of the socket;
   * for others it replays `body`, so that either can be read.
   */
  incoming: IncomingMessage;
  response: ServerResponse;
}

/** An emulated service. It writes the whole answer, including errors, in the format of its own protocol. */
export interface AwsService {
  /** The signing names of the service, e.g. `['chime']`. */
  readonly signingNames: readonly string[];
  /** The names of the served operations, if the service has a list of them. */
  readonly operations?: readonly string[];
  /** Maximum number of values in a JSON body; the endpoint's default if absent. */
  readonly maxJsonValues?: number;
  /** Maximum number of fields in a form; the endpoint's default if absent. */
  readonly maxFormFields?: number;
  /**
   * The questions to IAM before a role's request is handled. None are needed for a request that will be
   * refused anyway.
   */
  questions?(request: AwsRequest): AccessQuestion[];
  handle(request: AwsRequest): Promise<void>;
  close?(): Promise<void>;
}
