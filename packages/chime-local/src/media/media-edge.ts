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

/** The codecs of a leg. Opus is RFC 7587: its RTP clock runs at 48 kHz whatever the samples do. */
export type LegCodec = 'PCMU' | 'PCMA' | 'opus';

/**
 * How a leg's packets travel: plain RTP (telephones), ICE, DTLS and SRTP on one port (browsers; RFC 8834, 8835), or straight
 * to another leg of this machine.
 */
export type LegTransport = 'rtp' | 'webrtc' | 'internal';

export interface LegKind {
  transport: LegTransport;
  /**
   * What it hears and says: `narrow` whatever codec carries it (prompts are played, keys are heard); `full` of a meeting
   * client (Opus only; nothing is played to it).
   */
  band: Band;
  /** Present exactly with transport `internal`: the leg at the other end of the line, which names this one. */
  otherLegId?: string;
  /** Of plain RTP to a peer on the IPv6 loopback; default that of the media edge's address. */
  ipVersion?: 6;
}

/** Our end of a WebRTC leg, for our session description. We are ICE-lite (RFC 8445 section 2.5) and DTLS server. */
export interface LocalWebRtc {
  iceUfrag: string;
  icePwd: string;
  /** SHA-256 of our certificate as in `a=fingerprint`: upper-case hexadecimal pairs with colons (RFC 8122). */
  fingerprint: string;
  /**
   * What we will send, for `a=ssrc` (RFC 5576): without it, or a MID in every packet, Chromium cannot tell which of
   * several bundled sections a packet is of.
   */
  stream?: { ssrc: number; cname: string };
}

/** The far end of a WebRTC leg, out of its session description. It is the DTLS client (`a=setup:active`). */
export interface RemoteWebRtc {
  iceUfrag: string;
  /** Every fingerprint that was offered; the certificate must match one whose hash we know. */
  fingerprints: { hash: string; value: string }[];
}

/** Where a leg's far end wants its sound, and in which form: the result of an SDP offer/answer. */
export interface RemoteMedia {
  /** Of a WebRTC leg address and ports are ignored: its checks tell them. */
  address: string;
  /**
   * The host that the signalling comes from. To any other nothing is sent before RTP has come from it, and no other than
   * the two is listened to. Default: `address`.
   */
  peer?: string;
  /** Our own port for signalling: nothing is sent there when the address is ours. */
  signallingPort?: number;
  rtpPort: number;
  /** Same as `rtpPort` with rtcp-mux (RFC 5761). */
  rtcpPort: number;
  codec: LegCodec;
  payloadType: number;
  /** Length of the packets that we send, ms, a multiple of 10; default 20. Of G.711 by plain RTP only. */
  packetMs?: number;
  /** RFC 4733 telephone-event at the codec's clock rate; absent when not negotiated. */
  dtmfPayloadType?: number;
  /** Seen from us. Hold (RFC 3264 section 8.4) is `recvonly` or `inactive`: nothing is sent. */
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** Present exactly when the leg was opened with transport `webrtc`. */
  webRtc?: RemoteWebRtc;
}

/** Where we receive a leg's sound. */
export interface LocalMedia {
  address: string;
  rtpPort: number;
  /** Of a WebRTC leg the same as `rtpPort`. */
  rtcpPort: number;
  /** Present exactly when the leg was opened with transport `webrtc`. */
  webRtc?: LocalWebRtc;
}

/** The video (VP8, RFC 7741) of a WebRTC leg, forwarded as it is from leg to leg; nothing is decoded. */
export interface LegVideo {
  /** Absent: it sends none. `maxKbps`: what it is told to keep to. */
  sends?: { payloadType: number; maxKbps: number };
  /**
   * What it gets: another leg's video, as a stream of ours with that SSRC. An SSRC that was taken out never comes back: its
   * packets would not be sent (RFC 3711 section 3.3.1).
   */
  receives: { fromLegId: string; ssrc: number; payloadType: number }[];
}

/** What the SIP edge needs of the media edge. A leg's id is any text, unique among the legs. */
export type LegMedia = Pick<MediaEdge, 'openLeg' | 'connectLeg' | 'closeLeg'>;

/** What the signalling edge needs. */
export type VideoMedia = Pick<MediaEdge, keyof LegMedia | 'setVideo'>;

/** What is played to a leg. */
export interface PlayRequest {
  playId: string;
  audioId: string;
  /** How often, 1 or more. */
  repeat: number;
}

/** Who spoke in a meeting during the last report interval. */
export interface SpeakingReport {
  meetingId: string;
  attendeeIds: string[];
}

/** One attendee's sound in a report. */
export interface AttendeeLevel {
  attendeeId: string;
  /** Decibels below full scale: 0 is the loudest, 127 silence. */
  volume: number;
}

/** How loud a leg has been lately, in both directions. */
export interface LegSoundLevels extends Levels {
  legId: string;
}

export interface MediaEvents {
  /** A key was pressed, counted once however often it was repeated on the wire, and by however many ways it came. */
  onDigit(legId: string, digit: string): void;
  /** The leg's keys come by two ways, and each is counted once. Once a leg. */
  onKeysTwice?(legId: string, ways: readonly [KeyChannel, KeyChannel]): void;
  /** The last frame of the play request went out. */
  onPlaybackFinished(legId: string, playId: string): void;
  /** What was recorded lately: 8 kHz, channels interleaved. `last`: it has ended. */
  onRecorded?(recordingId: string, samples: Int16Array, last: boolean): void;
  /** A recording has heard the silence that it was to wait for. Once. */
  onSilence?(recordingId: string): void;
  /**
   * With `measuresSound`: how loud the telephones were, those without sound left out. About every ten seconds, every two
   * while that is watched (`watchSound`), and at a leg's end.
   */
  onSound?(legs: readonly LegSoundLevels[]): void;
  /** The set of attendees that speak has changed. At most every 200 ms for each meeting. */
  onSpeaking(report: SpeakingReport): void;
  /**
   * How loud the attendees of a watched meeting were during the last 200 ms; once in that time. Those who sent no
   * sound, or are muted, are left out.
   */
  onLevels(meetingId: string, levels: AttendeeLevel[]): void;
  /** ICE and DTLS of a WebRTC leg are done, and its sound flows. Once a leg; plain legs have no such moment. */
  onTransportUp(legId: string): void;
  /** A WebRTC leg cannot be connected (wrong certificate, no handshake in time) or its far end closed DTLS. Once. */
  onTransportDown(legId: string, reason: string): void;
  /** No RTP or RTCP (WebRTC: nor ICE check) came from the leg for `silentMs` although it should. Reported again after each further such time. */
  onMediaLost(legId: string, silentMs: number): void;
  /**
   * Slots of 20 ms cycles are served too late, with many calls in progress: no more should come. False: they may come
   * again.
   */
  onLate?(late: boolean): void;
  /** A command could not be carried out for a fault of the thread itself; its leg was closed (`onTransportDown` says so). */
  onFault?(message: string): void;
  /**
   * The thread died: all legs and all loaded audio are lost. `startsAgain`: another one is on its way, and legs may be
   * opened; else nothing works any more.
   */
  onFatal(error: Error, startsAgain: boolean): void;
}

export interface MediaStats {
  legs: number;
  /** How many of them are browsers'. */
  webRtcLegs: number;
  meetings: number;
  /** Loaded audio, bytes. */
  audioBytes: number;
  /** The worker's CPU time so far, ms (user and system), where the platform can tell. */
  cpuMs: number;
  /** Ticks that came late, and the longest lateness in ms since the last question. */
  lateTicks: number;
  maxLatenessMs: number;
  /** Whether packets are read and sent in batches: where the library could be had. */
  batchedSockets: boolean;
  /** Packets so far that were damaged, of another codec, or from strangers. */
  refusedPackets: number;
  /** Voice so far that did not come in time and was guessed, ms, over all legs. */
  concealedMs: number;
  /** Packets so far that came too late to be heard. */
  latePackets: number;
  /** Video packets so far that were sent on, and those that were dropped because they would have been too many. */
  forwardedVideo: number;
  droppedVideo: number;
}

/** Where a leg sits in a meeting. */
export interface MeetingSeat {
  meetingId: string;
  attendeeId: string;
  muted: boolean;
  /** An attendee who does not hear it, if of the same band: it shares this sound and hears it from itself. */
  unheardBy?: string;
  /** The keys that its telephone presses are sent to the other in the meeting, too. */
  passesKeys?: boolean;
}

/**
 * The whole handle. Its verbs are methods of `MediaHost`, declared and described there; a call of one goes to the thread
 * as a message.
 */
export interface MediaEdge extends Omit<MediaCommands, 'openLegOn'> {
  /** Who is told, from the beginning on, what happens; once. @throws Error when somebody is told already. */
  observe(events: MediaEvents): void;
  /** Reserves a port (pair) for the leg; default: a telephone by plain RTP. Rejects when none is free. */
  openLeg(legId: string, kind?: LegKind): Promise<LocalMedia>;
  stats(): Promise<MediaStats>;
  /** Closes every socket and ends the thread. */
  close(): Promise<void>;
}

export interface MediaOptions {
  /** Address to bind and to put into SDP, e.g. `127.0.0.1`. */
  address: string;
  /** First and last RTP port, even numbers are used for RTP; default 20000 to 29999. */
  portRange?: { first: number; last: number };
  /** `onSound` tells how loud telephones are. */
  measuresSound?: boolean;
  /** Silence of a leg that is reported as lost media, ms; default 30 s. */
  mediaLostAfterMs?: number;
  /** How packets travel: `batched` where that is possible (default), or by Node's own sockets. */
  sockets?: 'batched' | 'node';
}
