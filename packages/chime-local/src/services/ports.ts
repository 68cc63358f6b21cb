/**
 * What the emulated AWS APIs need of the rest of the runtime, and what they give it. The APIs check, store,
 * forward and answer; they never decide what a call does.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MediaCapability } from '#attendance';
import type { Protocol } from './front/refusal.ts';
import type { AccessQuestion } from './iam/access.ts';

/** What CreateSipMediaApplicationCall asks for, checked. */
export interface CallRequest {
  /** Whose call it is. */
  target: { sipMediaApplicationId: string; awsRegion: string; functionArn: string };
  /** A number of the account, E.164 with the plus sign. */
  from: string;
  /** Whom to call, E.164 with the plus sign. */
  to: string;
  /** For the INVITE; absent when the request had none. */
  sipHeaders?: Record<string, string>;
  /** The request's `ArgumentsMap`; absent when it had none. */
  arguments?: Record<string, string>;
}

/** Chime SDK Voice asks the call host. */
export interface CallControl {
  /** Makes a call; returns its TransactionId before anything rings. `unavailable` while there is no telephony. */
  createCall(request: CallRequest): string | 'unavailable';
  /** Forwards UpdateSipMediaApplicationCall. `notFound` when that application has no such call in progress. */
  updateCall(
    sipMediaApplicationId: string,
    transactionId: string,
    args: Record<string, string>,
  ): 'accepted' | 'notFound';
}

export type { MediaCapability };

export interface AttendeeCapabilities {
  audio: MediaCapability;
  /** Cameras. */
  video: MediaCapability;
  content: MediaCapability;
}

/** Whose a join token is. */
export interface Ticket extends AttendeeCapabilities {
  meetingId: string;
  attendeeId: string;
  externalUserId: string;
}

/** Chime SDK Meetings tells the runtime. */
export interface MeetingObserver {
  /** DeleteAttendee, or its meeting ended: a connected leg or client must leave. */
  onAttendeeRemoved(meetingId: string, attendeeId: string, why: 'attendee deleted' | 'meeting ended'): void;
  /** UpdateAttendeeCapabilities, alone or in a batch. Also told when nothing is different. */
  onCapabilitiesChanged(meetingId: string, attendeeId: string, capabilities: AttendeeCapabilities): void;
}

/** Where calls for a number go, as the SIP rules say. */
export interface CallRoute {
  sipRuleId: string;
  targets: { sipMediaApplicationId: string; awsRegion: string; functionArn: string }[];
}

/** Where a call to a Voice Connector may go. */
export interface ConnectorRoute {
  connectorId: string;
  /** IP address or host name. */
  host: string;
  port: number;
  transport: 'udp' | 'tcp';
  /** The smallest is tried first; routes that share one share the calls by their weight. */
  rank: number;
  weight: number;
}

/** Chime SDK Voice, for the runtime. */
export interface VoiceDirectory {
  /** The enabled rule for the host name of a Voice Connector. */
  routeForHost(host: string): CallRoute | undefined;
  /** Origination routes of a Voice Connector or a group, by rank; undefined: there is none with the ARN. */
  connector(arn: string): ConnectorRoute[] | undefined;
  /** Where call detail records go; undefined: nowhere. */
  cdrBucket(): string | undefined;
  /** Whether the application's messages are wanted in its log group. */
  logsMessages(sipMediaApplicationId: string): boolean;
  /** The `Name` of a number of the inventory. */
  nameOfNumber(number: string): string | undefined;
  /** The enabled rule for a dialled number (E.164), its targets by priority. */
  routeForNumber(number: string): CallRoute | undefined;
  /** Numbers of the inventory that an enabled rule serves. */
  routedNumbers(): string[];
  /** Whether it is a number of the account, acquired and not deleted. */
  owns(number: string): boolean;
  /** Name of the SIP media application that answers the number first; undefined where no rule leads. */
  applicationOf(number: string): string | undefined;
  /** Ids of the SIP media applications, the oldest first. */
  applicationIds(): string[];
  /** ARNs by which applications call their functions, with the version or alias where they name one. */
  endpoints(): string[];
}

/** Chime SDK Meetings, for the runtime. */
export interface MeetingDirectory {
  /** Whose token this is; `meetingId`, when given, must own it. Undefined: wrong token, or its attendee or meeting is gone. */
  redeem(joinToken: string, meetingId?: string): Ticket | undefined;
  /** All of the ids are attendees of that (live) meeting. */
  areAttendees(meetingId: string, attendeeIds: string[]): boolean;
  exists(meetingId: string): boolean;
  /** Presence decides when an empty meeting ends. */
  attendeeConnected(meetingId: string, attendeeId: string): void;
  attendeeDisconnected(meetingId: string, attendeeId: string): void;
}

/** The same for whoever looks after all meetings at once: a rehearsal. */
export interface AllMeetings extends MeetingDirectory {
  /** Every attendee of every meeting. */
  everybody(): { meetingId: string; attendeeId: string; externalUserId: string }[];
  /** Ends every meeting, as DeleteMeeting does. */
  endAll(): void;
}

/** A principal whose signature was good. */
export interface Caller {
  accessKeyId: string;
  /** e.g. `arn:aws:sts::000000000000:assumed-role/<role>/<function>` or the local operator's. */
  arn: string;
}

/** The secret of an access key, or undefined: InvalidClientTokenId / UnrecognizedClientException. */
export type CredentialLookup = (
  accessKeyId: string,
) => { secretAccessKey: string; sessionToken?: string; arn: string } | undefined;

/** What it takes to check signed chunks (Amazon S3 API reference, sigv4-streaming). */
export interface ChunkSigning {
  /** The signature of the request itself: the predecessor of the first chunk's. */
  seedSignature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  amzDate: string;
  /** `YYYYMMDD/region/service/aws4_request`. */
  scope: string;
  /** HMAC-SHA256 of the string to sign, in hexadecimal. */
  sign(stringToSign: string): string;
}

/** One AWS request after the signature was checked; the path is raw (not decoded, not normalised). */
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
  /** In which it is asked, and must be answered. Absent where the front door is not between, in tests. */
  protocol?: Protocol;
  /** Says on the terminal, once, that an operation was asked for which is not served, and by whom. */
  tellUnserved?(operation: string): void;
  /**
   * The payload hash that the signature covers: 64 hexadecimal digits, `UNSIGNED-PAYLOAD` or a `STREAMING-…`
   * name. For `s3` the body has not been read yet: whoever reads it compares. For every other service the
   * front read the body and compared already (see `body`).
   */
  payloadHash: string;
  /** The whole body, its hash checked. Absent for `s3`, whose bodies are streamed. */
  body?: Buffer | undefined;
  /** For `STREAMING-AWS4-HMAC-SHA256-PAYLOAD[-TRAILER]`: what the signatures of the chunks are chained to. */
  chunkSigning?: ChunkSigning | undefined;
  /**
   * The request's body stream and the response to write. For `s3` the stream is the socket's and not consumed;
   * for others it replays `body`, so that either may be read.
   */
  incoming: IncomingMessage;
  response: ServerResponse;
}

/** One emulated service. It writes the whole answer, errors included, in its own protocol's shape. */
export interface AwsService {
  /** Signing names it answers to, e.g. `['chime']`. */
  readonly signingNames: readonly string[];
  /** Names of the operations that it serves, where it has them in a list. */
  readonly operations?: readonly string[];
  /** Values of a JSON body that it takes; absent: the front door's own number. */
  readonly maxJsonValues?: number;
  /** Fields of a form that it takes; absent: the front door's own number. */
  readonly maxFormFields?: number;
  /** What IAM is asked before a role's request is handled; nothing of a request that is going to be refused anyway. */
  questions?(request: AwsRequest): AccessQuestion[];
  handle(request: AwsRequest): Promise<void>;
  close?(): Promise<void>;
}
