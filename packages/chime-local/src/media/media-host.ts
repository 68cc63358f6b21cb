import { isIPv6 } from 'node:net';
import { Meeting, SHORT_FRAME_MS } from '#conference';
import { createConverter } from './codecs/band-converter.ts';
import { FrameClock, SLOTS } from './frame-clock.ts';
import { JoinedMix } from './joined-mix.ts';
import { type LegEvents, MediaLeg } from './leg.ts';
import type {
  AttendeeLevel,
  LegKind,
  LegSoundLevels,
  LegTransport,
  LegVideo,
  LocalMedia,
  MeetingSeat,
  PlayRequest,
  RemoteMedia,
  SoundWatcher,
} from './media-edge.ts';
import type { WorkerOptions } from './messages.ts';
import type { KeysRequest } from './outgoing-keys.ts';
import type { LossShares } from './packet-loss.ts';
import type { PortPool, SocketPair } from './port-pool.ts';
import type { RecordRequest } from './recorder.ts';
import { LEVEL_FRAMES, LEVELS_TOLD, WATCHED_LEVELS_TOLD } from './sound-levels.ts';
import { InternalLines } from './transport/internal-lines.ts';
import type { PacketReceiver, PacketTransport } from './transport/packet-transport.ts';
import { VideoSwitch } from './video/video-switch.ts';

/** Interval at which meetings report who speaks and how loud, ms. */
const REPORT_EVERY_MS = 200;
/**
 * Legs that share a slot before the next slot is used. They wake the thread once a frame and hear each other without a wait for another
 * slot; the last of them is sent its frame half a millisecond after the first. Our choice.
 */
const GATHERED_LEGS = 8;
/** How many of these may be browsers, each of which takes up to 0.3 ms of a slot (docs/performance.md, "Browsers"). Our choice. */
const GATHERED_BROWSERS = 4;
/** The kind of a leg for which no other is given. */
const TELEPHONE: LegKind = { transport: 'rtp', band: 'narrow' };

export interface HostEvents extends LegEvents {
  onSpeaking(meetingId: string, attendeeIds: string[]): void;
  onLevels(meetingId: string, levels: AttendeeLevel[]): void;
  onSound(legs: LegSoundLevels[]): void;
}

/** Where port pairs come from. */
export type Ports = Pick<PortPool, 'take' | 'takeOffered' | 'give' | 'close'>;

/** Creates a leg's transport; closing the transport gives the pair of sockets back. */
export type CreateTransport = (
  transport: Exclude<LegTransport, 'internal'>,
  pair: SocketPair,
  receiver: PacketReceiver,
) => PacketTransport;

/** A meeting and the slot in which it is mixed. While its frames are short, it is also mixed halfway to the next time of that slot. */
interface Room {
  meeting: Meeting;
  slot: number;
  /** A browser has joined: frames are short from the next mix in its slot on. */
  shortens: boolean;
  legs: Set<MediaLeg>;
  speakers: string;
}

/** All legs and meetings of the media thread. Its caller passes the time in; it waits for nothing. */
export class MediaHost {
  readonly #options: WorkerOptions;
  readonly #ports: Ports;
  readonly #createTransport: CreateTransport;
  readonly #events: HostEvents;
  readonly #nowMs: () => number;
  readonly clock: FrameClock;
  readonly video: VideoSwitch;
  readonly #legs = new Map<string, MediaLeg>();
  readonly #legsBySlot: Set<MediaLeg>[] = Array.from({ length: SLOTS }, () => new Set());
  readonly #rooms = new Map<string, Room>();
  /** Legs so far for which no slot had room and the emptiest was taken. */
  #opened = 0;
  /** Legs that need every slot: their packets come by the event loop, or are answered as soon as they are read. */
  readonly #restless = new Set<MediaLeg>();
  readonly #lines = new InternalLines();
  readonly #audio = new Map<string, Int16Array>();
  /** Losses of the legs that have been closed. */
  readonly #pastLosses = { concealedMs: 0, latePackets: 0 };
  /** Ids of legs that wait for their ports. */
  readonly #opening = new Set<string>();
  /** Ids of the meetings whose levels are reported. */
  readonly #watched = new Set<string>();
  #soundWatcher: SoundWatcher = 'nobody';
  /** Level intervals since levels were reported. */
  #levelTimes = 0;
  /** The cycle from which on the next level interval may end. */
  #measuresFrom = 0;
  /** Legs whose prompt was stopped and on which nothing new plays yet. */
  readonly #stopped = new Set<MediaLeg>();

  constructor(
    options: WorkerOptions,
    ports: Ports,
    createTransport: CreateTransport,
    events: HostEvents,
    nowMs: () => number,
  ) {
    this.#options = options;
    this.#ports = ports;
    this.#createTransport = createTransport;
    this.#events = {
      ...events,
      onDigit: (legId, digit) => {
        events.onDigit(legId, digit);
        this.#passKey(legId, digit);
      },
    };
    this.#nowMs = nowMs;
    this.clock = new FrameClock(nowMs());
    this.video = new VideoSwitch(nowMs);
  }

  get legCount(): number {
    return this.#legs.size;
  }

  get webRtcLegCount(): number {
    return browsersAmong(this.#legs.values());
  }

  /** Totals over all legs so far: voice that was concealed because it did not come in time, ms, and packets that came too late. */
  get losses(): { concealedMs: number; latePackets: number } {
    let { concealedMs, latePackets } = this.#pastLosses;
    for (const { receiver } of this.#legs.values()) {
      concealedMs += receiver.concealedMs;
      latePackets += receiver.latePackets;
    }
    return { concealedMs: Math.round(concealedMs), latePackets };
  }

  get meetingCount(): number {
    return this.#rooms.size;
  }

  get audioBytes(): number {
    let bytes = 0;
    for (const samples of this.#audio.values()) bytes += samples.byteLength;
    return bytes;
  }

  /** Opens a leg on a port pair of its own. @throws if no pair is free or the leg is open already. */
  async openLeg(legId: string, kind: LegKind = TELEPHONE): Promise<LocalMedia> {
    if (this.#legs.has(legId) || this.#opening.has(legId)) {
      throw new Error(`the leg of call ${legId} is open already: close it before it is opened again`);
    }
    const { transport, otherLegId = '' } = kind;
    if (transport === 'internal') {
      return this.#addLeg(legId, kind, (receiver) => this.#lines.attach(legId, otherLegId, receiver));
    }
    this.#opening.add(legId);
    const pair = await this.#ports.take(kind.ipVersion).catch((error: unknown) => {
      this.#opening.delete(legId);
      throw error;
    });
    if (!this.#opening.delete(legId)) {
      this.#ports.give(pair);
      throw new Error(`the leg of call ${legId} was closed before it was open`);
    }
    return this.#addLeg(legId, kind, (receiver) => this.#createTransport(transport, pair, receiver));
  }

  /** Opens a telephone's leg on a port that was offered. @throws if it was not offered. */
  openLegOn(legId: string, rtpPort: number): void {
    const pair = this.#ports.takeOffered(rtpPort);
    this.#addLeg(legId, TELEPHONE, (receiver) => this.#createTransport('rtp', pair, receiver));
  }

  #addLeg(legId: string, kind: LegKind, attach: (receiver: PacketReceiver) => PacketTransport): LocalMedia {
    const slot = this.#openSlot(kind.transport) ?? this.#emptiestSlot();
    const leg = new MediaLeg({
      legId,
      kind,
      attach,
      slot,
      nextFrame: (framesInCycle) => this.clock.nextFrameOf(slot, framesInCycle),
      nowMs: this.#nowMs,
      mediaLostAfterMs: this.#options.mediaLostAfterMs,
      measured: this.#soundWatcher !== 'nobody',
      events: this.#events,
    });
    this.#legs.set(legId, leg);
    this.#legsBySlot[leg.slot]!.add(leg);
    if (kind.transport === 'webrtc' || isIPv6(leg.local.address)) this.#restless.add(leg);
    return leg.local;
  }

  /**
   * Sets or changes the far end. As soon as that host has shown that it wants packets (signalling or RTP came from there; with WebRTC,
   * the connection is up), a frame is sent every 20 ms (WebRTC: 10 ms), silence if nothing plays.
   */
  connectLeg(legId: string, remote: RemoteMedia): void {
    const leg = this.#legs.get(legId);
    if (!leg) return;
    leg.connect(remote);
    listen(leg);
  }

  /** Drops that share of the leg's packets on purpose; 0 drops none. Unknown legs are ignored. */
  losePackets(legId: string, shares: LossShares): void {
    this.#legs.get(legId)?.losePackets(shares);
  }

  /** Takes a key that came by signalling and reports it, unless the same press came in the sound already. */
  pressKey(legId: string, key: string): void {
    this.#legs.get(legId)?.pressKey(key);
  }

  /** Sets or changes the video that a WebRTC leg sends and receives. Unknown legs are ignored. */
  setVideo(legId: string, video: LegVideo): void {
    const leg = this.#legs.get(legId);
    if (leg) leg.video = this.video.set(legId, leg, video);
  }

  /** Closes the leg and gives its ports back. Unknown or closed legs are ignored. */
  closeLeg(legId: string): void {
    this.#opening.delete(legId);
    const leg = this.#legs.get(legId);
    if (!leg) return;
    this.leaveMeeting(legId);
    this.#legs.delete(legId);
    this.video.remove(legId);
    this.#legsBySlot[leg.slot]!.delete(leg);
    this.#stopped.delete(leg);
    this.#restless.delete(leg);
    this.#pastLosses.concealedMs += leg.receiver.concealedMs;
    this.#pastLosses.latePackets += leg.receiver.latePackets;
    leg.measureLevels();
    this.#tellLevels([leg]);
    leg.close();
  }

  /** Stores 8 kHz mono 16-bit samples under an id that the caller chooses, until `dropAudio`. */
  loadAudio(audioId: string, samples: Int16Array): void {
    this.#audio.set(audioId, samples);
  }

  dropAudio(audioId: string): void {
    this.#audio.delete(audioId);
  }

  /** Plays loaded audio to the leg in place of its meeting or silence. The first frame leaves at once. Replaces the current playback. */
  play(legId: string, { playId, audioId, repeat }: PlayRequest): void {
    const leg = this.#legs.get(legId);
    const samples = this.#audio.get(audioId);
    if (!leg || !samples) return;
    this.#stopped.delete(leg);
    leg.play({ playId, samples, repeat });
  }

  /** Plays loaded audio into the leg's meeting in place of its party's voice. */
  playIntoMeeting(legId: string, { playId, audioId, repeat }: PlayRequest): void {
    const samples = this.#audio.get(audioId);
    if (samples) this.#legs.get(legId)?.playIntoMeeting({ playId, samples, repeat });
  }

  /** Sends keys to the leg's party in place of sound. `onPlaybackFinished` reports their end; `stop` ends them earlier. */
  sendKeys(legId: string, request: KeysRequest): void {
    this.#legs.get(legId)?.sendKeys(request);
  }

  /**
   * Stops that playback; the leg hears its meeting or silence from the next frame on. That frame is sent with the next `flush`, so that no
   * frame comes between this prompt and one that follows at once.
   */
  stop(legId: string, playId: string): void {
    const leg = this.#legs.get(legId);
    if (leg?.stop(playId)) this.#stopped.add(leg);
  }

  /** Sends what `stop` has changed. */
  flush(): void {
    for (const leg of this.#stopped) leg.flush();
    this.#stopped.clear();
  }

  /**
   * Records the leg: `onRecorded` brings the samples, the last of them after `stopRecording` or at the leg's end. For an unknown leg it
   * reports an empty recording at once.
   */
  record(legId: string, request: RecordRequest): void {
    const leg = this.#legs.get(legId);
    if (!leg) {
      this.#events.onRecorded(request.recordingId, new Int16Array(0), true);
      return;
    }
    leg.record(request);
    listen(leg);
  }

  /** Pauses the recording, which holds silence meanwhile, or resumes it. */
  pauseRecording(legId: string, recordingId: string, paused: boolean): void {
    this.#legs.get(legId)?.pauseRecording(recordingId, paused);
  }

  stopRecording(legId: string, recordingId: string): void {
    const leg = this.#legs.get(legId);
    if (!leg) return;
    leg.stopRecording(recordingId);
    listen(leg);
  }

  /** Switches noise suppression of the party's voice. Telephones only. */
  setNoiseSuppression(legId: string, wanted: boolean): void {
    // The promise rejects only if the library cannot be loaded; the voice then stays as it is.
    this.#legs
      .get(legId)
      ?.setNoiseSuppression(wanted)
      .catch(() => {});
  }

  /** Connects the leg to the meeting. It replaces the leg that its attendee had there. */
  joinMeeting(legId: string, seat: MeetingSeat): void {
    const { meetingId, attendeeId, muted, unheardBy } = seat;
    const leg = this.#legs.get(legId);
    if (!leg) return;
    this.leaveMeeting(legId);
    leg.passesKeys = seat.passesKeys ?? false;
    let room = this.#rooms.get(meetingId);
    if (!room) {
      const meeting = new Meeting(meetingId, { createConverter });
      room = { meeting, slot: leg.slot, shortens: false, legs: new Set(), speakers: '' };
      this.#rooms.set(meetingId, room);
    }
    const before = room.meeting.attendee(attendeeId);
    for (const other of room.legs) if (other.seat?.attendee === before) this.#unseat(other, room);
    const { meeting } = room;
    const { band } = leg.kind;
    if (leg.frameMs < meeting.frameMs) {
      if (meeting.size === 0) meeting.shortenFrames();
      else room.shortens = true;
    }
    leg.seat = { meeting, attendee: meeting.join(attendeeId, { band, muted, deaf: false, unheardBy }) };
    if (leg.frameMs > meeting.frameMs) leg.seat.joined = new JoinedMix();
    listen(leg);
    room.legs.add(leg);
  }

  leaveMeeting(legId: string): void {
    const leg = this.#legs.get(legId);
    const seat = leg?.seat;
    const room = seat && this.#rooms.get(seat.meeting.meetingId);
    if (!leg || !seat || !room) return;
    seat.meeting.leave(seat.attendee);
    this.#unseat(leg, room);
    if (room.meeting.size > 0) return;
    this.#rooms.delete(room.meeting.meetingId);
    this.#watched.delete(room.meeting.meetingId);
    if (room.speakers !== '') this.#events.onSpeaking(room.meeting.meetingId, []);
  }

  /** Mutes or unmutes attendees at the mixer, until they leave. */
  setMuted(meetingId: string, attendeeIds: readonly string[], muted: boolean): void {
    const room = this.#rooms.get(meetingId);
    if (!room) return;
    for (const attendeeId of attendeeIds) room.meeting.setMuted(attendeeId, muted);
    for (const leg of room.legs) listen(leg);
  }

  /** Lets attendees hear silence or their meeting, until they leave. */
  setDeaf(meetingId: string, attendeeIds: readonly string[], deaf: boolean): void {
    const room = this.#rooms.get(meetingId);
    for (const attendeeId of attendeeIds) room?.meeting.setDeaf(attendeeId, deaf);
  }

  /** Switches `onLevels` for the meeting, until it ends. */
  watchLevels(meetingId: string, watched: boolean): void {
    if (!watched) {
      this.#watched.delete(meetingId);
      return;
    }
    this.#watched.add(meetingId);
    // Reading discards the levels so far: the first report covers the last 200 ms only.
    this.#rooms.get(meetingId)?.meeting.levels();
  }

  /** Sets who watches the levels of telephones: `onSound` reports them every two seconds to a page, every ten to the record. */
  watchSound(watcher: SoundWatcher): void {
    this.#soundWatcher = watcher;
    if (watcher === 'page') this.#tellAllLevels();
  }

  /** Serves the clock's slot: first the meetings that are mixed in it, then its legs. */
  tick(): void {
    const { slot, cycle } = this.clock;
    const nowMs = this.clock.dueMs;
    if (cycle >= this.#measuresFrom) this.#measure(cycle);
    for (const room of this.#rooms.values()) if (isMixedIn(room, slot)) this.#mix(room, slot, nowMs);
    for (const leg of this.#legsBySlot[slot]!) leg.tick(cycle, nowMs);
    const opposite = oppositeOf(slot);
    for (const leg of this.#legsBySlot[opposite]!) leg.halfTick(slot < opposite ? cycle - 1 : cycle);
  }

  /** Whether nothing will be sent, mixed or measured in that slot when it comes next. */
  mayPass(slot: number): boolean {
    if (this.#restless.size > 0 || this.#legsBySlot[slot]!.size > 0) return false;
    for (const leg of this.#legsBySlot[oppositeOf(slot)]!) if (leg.sendsBetween) return false;
    for (const room of this.#rooms.values()) if (isMixedIn(room, slot)) return false;
    return true;
  }

  async close(): Promise<void> {
    this.#opening.clear();
    for (const legId of [...this.#legs.keys()]) this.closeLeg(legId);
    await this.#ports.close();
  }

  #mix(room: Room, slot: number, nowMs: number): void {
    const { meeting } = room;
    if (room.shortens && slot === room.slot) shortenFrames(room);
    for (const leg of room.legs) {
      const { attendee } = leg.seat!;
      attendee.hasVoice = leg.takeVoice(nowMs, attendee.voice);
      if (leg.speakInstead(attendee.voice)) attendee.hasVoice = true;
      if (leg.recorded) leg.said(attendee.hasVoice ? attendee.voice : undefined, attendee.voice.length);
    }
    meeting.mix();
    if (meeting.frameMs === SHORT_FRAME_MS)
      for (const { seat } of room.legs) seat?.joined?.add(seat.attendee.heard);
    if ((meeting.frames * meeting.frameMs) % REPORT_EVERY_MS !== 0) return;
    if (this.#watched.has(meeting.meetingId)) this.#events.onLevels(meeting.meetingId, meeting.levels());
    const attendeeIds = meeting.speakers();
    const speakers = attendeeIds.join();
    if (speakers === room.speakers) return;
    room.speakers = speakers;
    this.#events.onSpeaking(meeting.meetingId, attendeeIds);
  }

  /** Ends a level interval of all legs, in the first slot that is not passed: a slot of its own would wake the thread. */
  #measure(cycle: number): void {
    this.#measuresFrom = cycle - (cycle % LEVEL_FRAMES) + LEVEL_FRAMES;
    if (this.#soundWatcher === 'nobody') return;
    for (const leg of this.#legs.values()) leg.measureLevels();
    const reportAfter = this.#soundWatcher === 'page' ? WATCHED_LEVELS_TOLD : LEVELS_TOLD;
    if (++this.#levelTimes >= reportAfter) this.#tellAllLevels();
  }

  #tellAllLevels(): void {
    this.#levelTimes = 0;
    this.#tellLevels(this.#legs.values());
  }

  #tellLevels(legs: Iterable<MediaLeg>): void {
    const told: LegSoundLevels[] = [];
    for (const { legId, levels } of legs) {
      const taken = levels?.take();
      if (taken) told.push({ legId, ...taken });
    }
    if (told.length > 0) this.#events.onSound(told);
  }

  #passKey(legId: string, key: string): void {
    const leg = this.#legs.get(legId);
    const room = leg?.passesKeys && leg.seat && this.#rooms.get(leg.seat.meeting.meetingId);
    if (!room) return;
    for (const other of room.legs) if (other !== leg) other.passKey(key);
  }

  #unseat(leg: MediaLeg, room: Room): void {
    leg.seat = undefined;
    listen(leg);
    room.legs.delete(leg);
  }

  /** The first slot with room for one more leg; undefined if each has as many as gather in one slot. */
  #openSlot(transport: LegTransport): number | undefined {
    const hasRoom = (legs: Set<MediaLeg>): boolean => {
      if (legs.size >= GATHERED_LEGS) return false;
      return transport !== 'webrtc' || browsersAmong(legs) < GATHERED_BROWSERS;
    };
    const slot = this.#legsBySlot.findIndex(hasRoom);
    return slot < 0 ? undefined : slot;
  }

  /** The slot with the fewest legs. Ties go round: a meeting is mixed in its first leg's slot, and meetings are to be spread. */
  #emptiestSlot(): number {
    const first = Math.floor(this.#opened++ / SLOTS) % SLOTS;
    let best = first;
    for (let turn = 1; turn < SLOTS; turn++) {
      const slot = (first + turn) % SLOTS;
      if (this.#legsBySlot[slot]!.size < this.#legsBySlot[best]!.size) best = slot;
    }
    return best;
  }
}

/** The slot halfway between two times of that one. */
function oppositeOf(slot: number): number {
  return (slot + SLOTS / 2) % SLOTS;
}

function isMixedIn({ meeting, slot }: Room, which: number): boolean {
  return slot === which || (meeting.frameMs === SHORT_FRAME_MS && slot === oppositeOf(which));
}

/**
 * Makes the meeting's frames short before the mix in its slot, when every telephone has been sent the previous frame. Telephones that
 * are sent their frame in this slot or the next have only one short frame by then: they hear the last 10 ms again, blended into the new
 * frame, and everything 10 ms later from there on.
 */
function shortenFrames(room: Room): void {
  room.shortens = false;
  for (const { seat, frameMs } of room.legs) {
    if (!seat || frameMs === SHORT_FRAME_MS) continue;
    seat.joined = new JoinedMix();
    seat.joined.begin(seat.attendee.heard);
  }
  room.meeting.shortenFrames();
}

function browsersAmong(legs: Iterable<MediaLeg>): number {
  let count = 0;
  for (const { kind } of legs) if (kind.transport === 'webrtc') count++;
  return count;
}

/**
 * A voice is decoded if somebody may hear it. A telephone's voice is decoded while it is muted, too: that costs next to nothing, and the
 * voice is there at once when it is unmuted.
 */
function listen(leg: MediaLeg): void {
  const { seat, kind, receiver } = leg;
  const isHeard = seat !== undefined && !(seat.attendee.muted && kind.band === 'full');
  receiver.listen(isHeard || receiver.hearsKeys || leg.recorded);
}
