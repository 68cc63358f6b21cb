import protobuf from 'protobufjs/light.js';

/** The frames that we understand; a client sends others, which need no answer. */
export const FRAME = {
  JOIN: 1,
  JOIN_ACK: 2,
  SUBSCRIBE: 3,
  SUBSCRIBE_ACK: 4,
  INDEX: 5,
  LEAVE: 9,
  LEAVE_ACK: 10,
  AUDIO_CONTROL: 16,
  AUDIO_METADATA: 17,
  AUDIO_STREAM_ID_INFO: 18,
  PING_PONG: 19,
  AUDIO_STATUS: 20,
  DATA_MESSAGE: 22,
} as const;

export const PING = 1;
export const PONG = 2;
/** Values of `duplex`: the client only receives video, or also sends it. */
export const RECEIVE_ONLY = 1;
export const DUPLEX = 3;
/** `mediaType` of a stream. */
export const VIDEO = 2;

/** A frame in either direction. An absent field is not sent: presence carries meaning in rosters. */
export interface SignalFrame {
  /** Milliseconds since the epoch. */
  timestampMs: number;
  /** One of `FRAME`, or another number. */
  type: number;
  error?: { status?: number; description?: string };
  join?: object;
  joinack?: {
    turnCredentials?: { uris?: string[]; ttl?: number };
    wantsCompressedSdp?: boolean;
    /** How many videos the client may receive. */
    videoSubscriptionLimit?: number;
  };
  sub?: {
    sdpOffer?: string;
    audioMuted?: boolean;
    compressedSdpOffer?: Uint8Array;
    /** A stream id for each video section of the offer, in order; 0 if the section receives none. */
    receiveStreamIds?: number[];
  };
  suback?: {
    duplex?: number;
    sdpAnswer?: string;
    /** The streams that the client sends. */
    allocations?: { trackLabel: string; streamId: number; groupId: number }[];
    /** The streams that the client receives. */
    tracks?: VideoTrack[];
  };
  index?: { atCapacity?: boolean; sources?: VideoSource[] };
  leave?: object;
  leaveAck?: object;
  audioControl?: { muted?: boolean };
  audioMetadata?: { attendeeStates?: { audioStreamId: number; volume?: number }[] };
  audioStreamIdInfo?: { streams?: StreamInfo[] };
  pingPong?: { type: number; pingId: number };
  audioStatus?: { audioStatus?: number };
  dataMessage?: { messages?: DataMessagePayload[] };
}

/** A video that the client receives, as it is named in SDP. */
export interface VideoTrack {
  streamId: number;
  ssrc: number;
  trackLabel: string;
}

/** A video in the meeting. */
export interface VideoSource {
  streamId: number;
  /** Larger for a newer stream of the same attendee. */
  groupId: number;
  attendeeId: string;
  externalUserId: string;
  mediaType: number;
  maxBitrateKbps: number;
  avgBitrateBps: number;
}

/** An attendee's entry in AUDIO_STREAM_ID_INFO; its meaning depends on which fields are present. */
export interface StreamInfo {
  audioStreamId: number;
  attendeeId?: string;
  externalUserId?: string;
  muted?: boolean;
  dropped?: boolean;
}

export interface DataMessagePayload {
  topic?: string;
  data?: Uint8Array;
  lifetimeMs?: number;
  senderAttendeeId?: string;
  /** 0 if the message was throttled. */
  ingestTimeNs?: number;
  senderExternalUserId?: string;
}

type Fields = Record<string, protobuf.IField>;
const field = (id: number, type: string): protobuf.IField => ({ id, type });
const many = (id: number, type: string): protobuf.IField & { rule: string } => ({
  id,
  type,
  rule: 'repeated',
});
const needed = (id: number, type: string): protobuf.IField & { rule: string } => ({
  id,
  type,
  rule: 'required',
});
/** Proto2: a field that is present is sent, whatever its value. */
const message = (fields: Fields): protobuf.IType => ({ edition: 'proto2', fields });

/** The part of the protocol that is used; unknown fields are skipped. */
const PROTOCOL: protobuf.INamespace = {
  nested: {
    Frame: message({
      timestampMs: needed(1, 'uint64'),
      type: needed(2, 'int32'),
      error: field(3, 'Fault'),
      join: field(4, 'Empty'),
      joinack: field(5, 'JoinAck'),
      sub: field(6, 'Subscribe'),
      suback: field(7, 'SubscribeAck'),
      index: field(8, 'Index'),
      leave: field(11, 'Empty'),
      leaveAck: field(12, 'Empty'),
      audioControl: field(17, 'AudioControl'),
      audioMetadata: field(18, 'AudioMetadata'),
      audioStreamIdInfo: field(19, 'AudioStreamIdInfo'),
      pingPong: field(20, 'PingPong'),
      audioStatus: field(21, 'AudioStatus'),
      dataMessage: field(23, 'DataMessage'),
    }),
    Empty: message({}),
    Fault: message({ status: field(1, 'uint32'), description: field(2, 'string') }),
    TurnCredentials: message({ ttl: field(3, 'uint32'), uris: many(4, 'string') }),
    JoinAck: message({
      turnCredentials: field(1, 'TurnCredentials'),
      videoSubscriptionLimit: field(2, 'uint32'),
      wantsCompressedSdp: field(3, 'bool'),
    }),
    Subscribe: message({
      receiveStreamIds: many(3, 'uint32'),
      sdpOffer: field(4, 'string'),
      audioMuted: field(7, 'bool'),
      compressedSdpOffer: field(8, 'bytes'),
    }),
    SubscribeAck: message({
      duplex: field(1, 'int32'),
      allocations: many(2, 'Allocation'),
      sdpAnswer: field(3, 'string'),
      tracks: many(4, 'Track'),
    }),
    Allocation: message({
      trackLabel: field(1, 'string'),
      streamId: field(2, 'uint32'),
      groupId: field(3, 'uint32'),
    }),
    Track: message({
      streamId: field(1, 'uint32'),
      ssrc: field(2, 'uint32'),
      trackLabel: field(3, 'string'),
    }),
    Index: message({ atCapacity: field(1, 'bool'), sources: many(2, 'Source') }),
    Source: message({
      streamId: field(1, 'uint32'),
      maxBitrateKbps: field(3, 'uint32'),
      groupId: field(6, 'uint32'),
      avgBitrateBps: field(7, 'uint32'),
      attendeeId: field(8, 'string'),
      mediaType: field(9, 'int32'),
      externalUserId: field(10, 'string'),
    }),
    AudioControl: message({ muted: field(1, 'bool') }),
    AudioMetadata: message({ attendeeStates: many(1, 'AttendeeState') }),
    AttendeeState: message({ audioStreamId: field(1, 'uint32'), volume: field(2, 'uint32') }),
    AudioStreamIdInfo: message({ streams: many(1, 'StreamInfo') }),
    StreamInfo: message({
      audioStreamId: field(1, 'uint32'),
      attendeeId: field(2, 'string'),
      muted: field(3, 'bool'),
      externalUserId: field(4, 'string'),
      dropped: field(5, 'bool'),
    }),
    PingPong: message({ type: needed(1, 'int32'), pingId: needed(2, 'uint32') }),
    AudioStatus: message({ audioStatus: field(1, 'uint32') }),
    DataMessage: message({ messages: many(1, 'DataMessagePayload') }),
    DataMessagePayload: message({
      topic: field(1, 'string'),
      data: field(2, 'bytes'),
      lifetimeMs: field(3, 'uint32'),
      senderAttendeeId: field(4, 'string'),
      ingestTimeNs: field(5, 'int64'),
      senderExternalUserId: field(6, 'string'),
    }),
  },
};

const FRAME_TYPE = protobuf.Root.fromJSON(PROTOCOL).lookupType('Frame');

/** The byte before each frame that we send, and the other one that clients accept, as we do. */
const LEADING_BYTE = 5;
const OTHER_LEADING_BYTE = 2;

/** Encodes a frame as a WebSocket message. */
export function encodeFrame(frame: SignalFrame): Buffer {
  const bytes = FRAME_TYPE.encode(FRAME_TYPE.fromObject(frame)).finish();
  return Buffer.concat([Buffer.of(LEADING_BYTE), bytes]);
}

/** Decodes a WebSocket message; undefined if it is not a frame. Never throws. */
export function decodeFrame(bytes: Uint8Array): SignalFrame | undefined {
  if (bytes[0] !== LEADING_BYTE && bytes[0] !== OTHER_LEADING_BYTE) return undefined;
  try {
    const decoded = FRAME_TYPE.decode(bytes.subarray(1));
    return FRAME_TYPE.toObject(decoded, { longs: Number }) as SignalFrame;
  } catch {
    return undefined;
  }
}
