/**
 * The media edge as the rest of the runtime sees it. The sockets, the jitter buffers, the playback and the
 * meeting mixer live in a worker thread of their own; this is the main thread's handle on it. No method
 * blocks, and the worker never waits for an answer from here.
 */

/** Where a leg's far end wants its sound, and in which form: the result of an SDP offer/answer. */
export interface RemoteMedia {
  address: string;
  rtpPort: number;
  /** Same as `rtpPort` with rtcp-mux (RFC 5761). */
  rtcpPort: number;
  codec: 'PCMU' | 'PCMA';
  payloadType: number;
  /** RFC 4733 telephone-event at 8000 Hz; absent when not negotiated. */
  dtmfPayloadType?: number;
  /** Seen from us. Hold (RFC 3264 section 8.4) is `recvonly` or `inactive`: nothing is sent. */
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
}

/** Where we receive a leg's sound. */
export interface LocalMedia {
  address: string;
  rtpPort: number;
  rtcpPort: number;
}

/** What the SIP edge needs of the media edge. */
export interface LegMedia {
  /** Reserves a port pair for the leg. Rejects when none is free. */
  openLeg(callId: string): Promise<LocalMedia>;
  /** Sets or changes the far end. From the first call on, a frame is sent every 20 ms (silence when nothing plays). */
  connectLeg(callId: string, remote: RemoteMedia): void;
  /** Gives the ports back. Unknown or closed legs do no harm. */
  closeLeg(callId: string): void;
}

/** Who spoke in a meeting during the last report interval. */
export interface SpeakingReport {
  meetingId: string;
  attendeeIds: string[];
}

export interface MediaEvents {
  /** A key was pressed, counted once however often it was repeated on the wire. */
  onDigit(callId: string, digit: string): void;
  /** The last frame of the play request went out. */
  onPlaybackFinished(callId: string, playId: string): void;
  /** The set of attendees that speak has changed. At most every 200 ms for each meeting. */
  onSpeaking(report: SpeakingReport): void;
  /** No RTP or RTCP came from the leg for `silentMs` although it should. Reported once per silence. */
  onMediaLost(callId: string, silentMs: number): void;
  /** The worker died; all legs are lost. */
  onFatal(error: Error): void;
}

export interface MediaStats {
  legs: number;
  meetings: number;
  /** Loaded audio, bytes. */
  audioBytes: number;
  /** The worker's CPU time so far, ms (user and system), where the platform can tell. */
  cpuMs: number;
  /** Ticks that came late, and the longest lateness in ms since the last question. */
  lateTicks: number;
  maxLatenessMs: number;
  /** Packets so far that were damaged, of another codec, or from strangers. */
  refusedPackets: number;
}

/** The whole handle. `playAudio` and the meeting calls are used by the runtime's call host. */
export interface MediaEdge extends LegMedia {
  /** Makes 8 kHz mono 16-bit samples known under a name of the caller's choice; kept until dropped. */
  loadAudio(audioId: string, samples: Int16Array): void;
  dropAudio(audioId: string): void;
  /** Plays loaded audio to the leg instead of its meeting or silence. The first frame leaves at once. Replaces what plays. */
  play(callId: string, request: { playId: string; audioId: string; repeat: number }): void;
  /** Stops that play request; the leg hears its meeting or silence from the next frame on. */
  stop(callId: string, playId: string): void;
  /** Connects the leg to the meeting. The leg of an attendee already there is replaced. */
  joinMeeting(callId: string, meeting: { meetingId: string; attendeeId: string; muted: boolean }): void;
  leaveMeeting(callId: string): void;
  /** Mutes at the mixer. Remembered for the attendee until it leaves. */
  setMuted(meetingId: string, attendeeIds: string[], muted: boolean): void;
  stats(): Promise<MediaStats>;
  /** Closes every socket and ends the thread. */
  close(): Promise<void>;
}

export interface MediaOptions {
  /** Address to bind and to put into SDP, e.g. `127.0.0.1`. */
  address: string;
  /** First and last RTP port, even numbers are used for RTP; default 20000 to 29999. */
  portRange?: { first: number; last: number };
  /** Silence of a leg that is reported as lost media, ms; default 30 s. */
  mediaLostAfterMs?: number;
}
