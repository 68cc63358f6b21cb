/**
 * The media edge as the rest of the runtime sees it. The sockets, the jitter buffers, the playback and the
 * meeting mixer live in a worker thread of their own; this is the main thread's handle on it. No method
 * blocks, and the worker never waits for an answer from here.
 */

import type { Band } from '#conference';
import type { KeyChannel } from './key-channels.ts';
import type { MediaCommands } from './messages.ts';
import type { RecordRequest } from './recorder.ts';
import type { Levels } from './sound-levels.ts';

export type { Band, KeyChannel, RecordRequest };

/** The codecs of a leg. Opus is RFC 7587: its RTP clock runs at 48 kHz whatever the sampling rate. */
export type LegCodec = 'PCMU' | 'PCMA' | 'opus';

/**
 * How a leg's packets travel: plain RTP (telephones), ICE, DTLS and SRTP on one port (browsers; RFC 8834,
 * 8835), or directly to another leg of this machine.
 */
export type LegTransport = 'rtp' | 'webrtc' | 'internal';

export interface LegKind {
  transport: LegTransport;
  /**
   * The band of what the leg hears and says: `narrow` with any codec (prompts can be played, keys are
   * detected); `full` for a meeting client (Opus only; nothing can be played to it).
   */
  band: Band;
  /**
   * Present exactly with transport `internal`: the leg at the other end of the line, whose `otherLegId` is
   * this one.
   */
  otherLegId?: string;
  /** For plain RTP to a peer on the IPv6 loopback. Default: the version of the media edge's address. */
  ipVersion?: 6;
}

/** Our end of a WebRTC leg, for our session description. We are ICE-lite (RFC 8445 section 2.5) and DTLS server. */
export interface LocalWebRtc {
  iceUfrag: string;
  icePwd: string;
  /** SHA-256 of our certificate as in `a=fingerprint`: upper-case hexadecimal pairs with colons (RFC 8122). */
  fingerprint: string;
  /**
   * The stream that we will send, for `a=ssrc` (RFC 5576): without it, or a MID in every packet, Chromium
   * cannot tell to which of several bundled sections a packet belongs.
   */
  stream?: { ssrc: number; cname: string };
}

/** The far end of a WebRTC leg, from its session description. It is the DTLS client (`a=setup:active`). */
export interface RemoteWebRtc {
  iceUfrag: string;
  /** Every fingerprint that was offered; the certificate must match one of the strongest hash that we know. */
  fingerprints: { hash: string; value: string }[];
}

/** Where a leg's far end expects its sound, and in which format: the result of an SDP offer/answer. */
export interface RemoteMedia {
  /** Address and ports are ignored for a WebRTC leg: its ICE checks show where they come from. */
  address: string;
  /**
   * The host that the signalling comes from. If `address` is another host, nothing is sent there before RTP
   * has come from it. Packets from any third host are ignored. Default: `address`.
   */
  peer?: string;
  /** Our own signalling port: nothing is sent to it if `address` is ours. */
  signallingPort?: number;
  rtpPort: number;
  /** The same as `rtpPort` with rtcp-mux (RFC 5761). */
  rtcpPort: number;
  codec: LegCodec;
  payloadType: number;
  /**
   * Length of the packets that we send, ms, a multiple of 10; default 20. Applies only to G.711 over plain
   * RTP.
   */
  packetMs?: number;
  /** RFC 4733 telephone-event at the codec's clock rate; absent when not negotiated. */
  dtmfPayloadType?: number;
  /**
   * The direction as seen from us. Hold (RFC 3264 section 8.4) is `recvonly` or `inactive`: nothing is sent.
   */
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** Present exactly when the leg was opened with transport `webrtc`. */
  webRtc?: RemoteWebRtc;
}

/** Where we receive a leg's sound. */
export interface LocalMedia {
  address: string;
  rtpPort: number;
  /** The same as `rtpPort` for a WebRTC leg. */
  rtcpPort: number;
  /** Present exactly when the leg was opened with transport `webrtc`. */
  webRtc?: LocalWebRtc;
}

/** The video (VP8, RFC 7741) of a WebRTC leg, forwarded unchanged from leg to leg; nothing is decoded. */
export interface LegVideo {
  /** The stream that the leg sends; absent if it sends none. `maxKbps` is the limit that it is told. */
  sends?: { payloadType: number; maxKbps: number };
  /**
   * The streams that the leg receives: another leg's video, sent by us with that SSRC. An SSRC that was
   * removed is never used again: its packets would not be sent (RFC 3711 section 3.3.1).
   */
  receives: { fromLegId: string; ssrc: number; payloadType: number }[];
}

/** The part of the media edge that the SIP edge uses. A leg's id is any text, unique among the legs. */
export type LegMedia = Pick<MediaEdge, 'openLeg' | 'connectLeg' | 'closeLeg'>;

/** The part of the media edge that the signalling edge uses. */
export type VideoMedia = Pick<MediaEdge, keyof LegMedia | 'setVideo'>;

/** A request to play loaded audio to a leg. */
export interface PlayRequest {
  playId: string;
  audioId: string;
  /** How often it is played, 1 or more. */
  repeat: number;
}

/** The attendees who spoke in a meeting during the last report interval. */
export interface SpeakingReport {
  meetingId: string;
  attendeeIds: string[];
}

/** The level of one attendee in a report. */
export interface AttendeeLevel {
  attendeeId: string;
  /** Decibels below full scale: 0 is the loudest, 127 is silence. */
  volume: number;
}

/** The recent levels of a leg's sound in both directions. */
export interface LegSoundLevels extends Levels {
  legId: string;
}

export interface MediaEvents {
  /**
   * A key was pressed. Each press is reported once, however often it was repeated on the wire and in however
   * many ways it arrived.
   */
  onDigit(legId: string, digit: string): void;
  /** The leg's key presses arrive in two ways, and each is counted once. Called once per leg. */
  onKeysTwice?(legId: string, ways: readonly [KeyChannel, KeyChannel]): void;
  /** The last frame of the play request has been sent. */
  onPlaybackFinished(legId: string, playId: string): void;
  /**
   * The most recently recorded samples: 8 kHz, channels interleaved. `last` is true if the recording has
   * ended.
   */
  onRecorded?(recordingId: string, samples: Int16Array, last: boolean): void;
  /** A recording has detected the silence that it was to wait for. Called once. */
  onSilence?(recordingId: string): void;
  /**
   * The levels of the telephones, except those without sound. Called about every ten seconds for the record,
   * every two seconds for a page (`watchSound`), and when a leg ends.
   */
  onSound?(legs: readonly LegSoundLevels[]): void;
  /** The set of attendees who speak has changed. Called at most every 200 ms for each meeting. */
  onSpeaking(report: SpeakingReport): void;
  /**
   * The levels of a watched meeting's attendees during the last 200 ms, called once per 200 ms. Attendees who
   * sent no sound, or are muted, are omitted.
   */
  onLevels(meetingId: string, levels: AttendeeLevel[]): void;
  /**
   * ICE and DTLS of a WebRTC leg are done, and its sound can flow. Called once per leg, and never for plain
   * legs.
   */
  onTransportUp(legId: string): void;
  /**
   * A WebRTC leg cannot be connected (wrong certificate, no handshake in time), or its far end closed DTLS.
   * Called once.
   */
  onTransportDown(legId: string, reason: string): void;
  /**
   * No RTP or RTCP (WebRTC: nor ICE check) has come from the leg for `silentMs` although it should. Called
   * again each time that period has passed once more.
   */
  onMediaLost(legId: string, silentMs: number): void;
  /**
   * `true`: slots of the 20 ms cycle are served too late while many calls are in progress, so no more calls
   * should come. `false`: calls may come again.
   */
  onLate?(late: boolean): void;
  /**
   * A command failed because of a fault in the thread itself; its leg was closed (`onTransportDown` says so).
   */
  onFault?(message: string): void;
  /**
   * The thread has died: all legs and all loaded audio are lost. `startsAgain`: whether another thread is
   * being started, so that legs may be opened; otherwise nothing works any more.
   */
  onFatal(error: Error, startsAgain: boolean): void;
}

export interface MediaStats {
  legs: number;
  /** How many of the legs are browsers. */
  webRtcLegs: number;
  meetings: number;
  /** Size of the loaded audio, bytes. */
  audioBytes: number;
  /** The worker's CPU time so far, ms (user and system), if the platform reports it. */
  cpuMs: number;
  /** The number of slots that were served late and the longest lateness, ms, since the last request. */
  lateTicks: number;
  maxLatenessMs: number;
  /** Whether packets are read and sent in batches, that is, whether the library is available. */
  batchedSockets: boolean;
  /** Packets so far that were damaged, of another codec, or from strangers. */
  refusedPackets: number;
  /** Voice so far that did not arrive in time and was concealed, ms, over all legs. */
  concealedMs: number;
  /** Packets so far that arrived too late to be heard. */
  latePackets: number;
  /** Video packets so far that were forwarded, and those that were dropped because there were too many. */
  forwardedVideo: number;
  droppedVideo: number;
}

/** A leg's place in a meeting. */
export interface MeetingSeat {
  meetingId: string;
  attendeeId: string;
  muted: boolean;
  /**
   * An attendee who does not hear this one, if both have the same band: this one's sound is shared by that
   * attendee, who hears it directly.
   */
  unheardBy?: string;
  /** Whether keys that its telephone presses are also sent to the other legs in the meeting. */
  passesKeys?: boolean;
}

/**
 * The complete handle. Its verbs are methods of `MediaHost`, declared and described there; calling one sends
 * a message to the thread.
 */
export interface MediaEdge extends Omit<MediaCommands, 'openLegOn'> {
  /**
   * Sets the observer of all events, including earlier ones. May be called once.
   * @throws Error if there is an observer already.
   */
  observe(events: MediaEvents): void;
  /** Reserves a port (pair) for the leg, by default a telephone's over plain RTP. Rejects if none is free. */
  openLeg(legId: string, kind?: LegKind): Promise<LocalMedia>;
  stats(): Promise<MediaStats>;
  /** Closes every socket and ends the thread. */
  close(): Promise<void>;
}

/** Who wants to know the levels of telephones. Those of legs that are opened for `nobody` are not measured. */
export type SoundWatcher = 'nobody' | 'record' | 'page';

export interface MediaOptions {
  /** Address to bind and to put into SDP, e.g. `127.0.0.1`. */
  address: string;
  /** First and last RTP port; RTP uses the even numbers. Default: 20000 to 29999. */
  portRange?: { first: number; last: number };
  /** How long a leg must be silent to be reported as lost media, ms; default 30 s. */
  mediaLostAfterMs?: number;
  /** How packets are sent and received: `batched` if possible (default), or by Node's own sockets. */
  sockets?: 'batched' | 'node';
}
