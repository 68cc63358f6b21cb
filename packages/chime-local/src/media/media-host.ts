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

/** Meetings report who speaks, and how loud, every so many ms. */
const REPORT_EVERY_MS = 200;
/**
 * Legs that share a slot before another slot is taken: they cost the thread one waking in each frame, hear each other without waiting for
 * a slot of their own, and the last of them is sent half a millisecond after the first. Ours.
 */
const GATHERED_LEGS = 8;
/** How many of these may be browsers, each of which takes up to 0.3 ms of the slot (docs/performance.md, "Browsers"). Ours. */
const GATHERED_BROWSERS = 4;
/** A leg that nothing else is said of. */
const TELEPHONE: LegKind = { transport: 'rtp', band: 'narrow' };

export interface HostEvents extends LegEvents {
  onSpeaking(meetingId: string, attendeeIds: string[]): void;
  onLevels(meetingId: string, levels: AttendeeLevel[]): void;
  onSound(legs: LegSoundLevels[]): void;
}

/** Where port pairs come from. */
export type Ports = Pick<PortPool, 'take' | 'takeOffered' | 'give' | 'close'>;

/** Makes a leg's way to its far end; closing it gives the pair back. */
export type CreateTransport = (
  transport: Exclude<LegTransport, 'internal'>,
  pair: SocketPair,
  receiver: PacketReceiver,
) => PacketTransport;

/** A meeting with the slot of the frame clock in which it is mixed; halfway to the next time as well while its frames are short. */
interface Room {
  meeting: Meeting;
  slot: number;
  /** A browser has come: its frames are short from the next mix in its slot on. */
  shortens: boolean;
  legs: Set<MediaLeg>;
  speakers: string;
}

/** All legs and meetings of the media thread. It is told the time and does not wait for anything. */
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
  /** Legs so far. */
  #opened = 0;
  /** Legs whose packets come by the event loop, or are answered as soon as they are read: they need each slot. */
  readonly #restless = new Set<MediaLeg>();
  readonly #lines = new InternalLines();
  readonly #audio = new Map<string, Int16Array>();
  /** Of the legs that are closed. */
  readonly #pastLosses = { concealedMs: 0, latePackets: 0 };
  /** Calls that wait for their ports. */
  readonly #opening = new Set<string>();
  /** Meetings whose levels are reported. */
  readonly #watched = new Set<string>();
  /** Times of `LEVEL_FRAMES` since levels were told. */
  #levelTimes = 0;
  /** How many of them there are before that. */
  #levelsTold = LEVELS_TOLD;
  /** Legs whose prompt was stopped and that nothing new plays to yet. */
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

  /** What did not come in time, over all legs so far: voice that was guessed, ms, and packets that came too late. */
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

  /** Reserves a port pair. @throws when none is free, or the leg is open already. */
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

  /** Opens a telephone's leg on a port that was offered. @throws when it was not. */
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
      measured: this.#options.measuresSound,
      events: this.#events,
    });
    this.#legs.set(legId, leg);
    this.#legsBySlot[leg.slot]!.add(leg);
    if (kind.transport === 'webrtc' || isIPv6(leg.local.address)) this.#restless.add(leg);
    return leg.local;
  }

  /**
   * Sets or changes the far end. Once packets are wanted there (the signalling comes
   * from that host, or RTP did; WebRTC: once connected), a frame is sent every 20 ms (WebRTC: 10), silence when nothing plays.
   */
  connectLeg(legId: string, remote: RemoteMedia): void {
    const leg = this.#legs.get(legId);
    if (!leg) return;
    leg.connect(remote);
    listen(leg);
  }

  /** Loses that share of the leg's packets on purpose; none of them with 0. Unknown legs do no harm. */
  losePackets(legId: string, shares: LossShares): void {
    this.#legs.get(legId)?.losePackets(shares);
  }

  /** A key of the leg that came by signalling: told as every other, unless it came in the sound already. */
  pressKey(legId: string, key: string): void {
    this.#legs.get(legId)?.pressKey(key);
  }

  /** Sets or changes what a WebRTC leg sends and receives beside its sound. Unknown legs do no harm. */
  setVideo(legId: string, video: LegVideo): void {
    const leg = this.#legs.get(legId);
    if (leg) leg.video = this.video.set(legId, leg, video);
  }

  /** Gives the ports back. Unknown or closed legs do no harm. */
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
    leg.levels?.tick();
    this.#tellLevels([leg]);
    leg.close();
  }

  /** Makes 8 kHz mono 16-bit samples known under a name of the caller's choice; kept until dropped. */
  loadAudio(audioId: string, samples: Int16Array): void {
    this.#audio.set(audioId, samples);
  }

  dropAudio(audioId: string): void {
    this.#audio.delete(audioId);
  }

  /** Plays loaded audio to the leg instead of its meeting or silence. The first frame leaves at once. Replaces what plays. */
  play(legId: string, { playId, audioId, repeat }: PlayRequest): void {
    const leg = this.#legs.get(legId);
    const samples = this.#audio.get(audioId);
    if (!leg || !samples) return;
    this.#stopped.delete(leg);
    leg.play({ playId, samples, repeat });
  }

  /** Plays loaded audio into the leg's meeting as its attendee's voice, instead of what its party says. */
  playIntoMeeting(legId: string, { playId, audioId, repeat }: PlayRequest): void {
    const samples = this.#audio.get(audioId);
    if (samples) this.#legs.get(legId)?.playIntoMeeting({ playId, samples, repeat });
  }

  /** Sends keys to the leg's party instead of its sound; `onPlaybackFinished` says when. `stop` ends them. */
  sendKeys(legId: string, request: KeysRequest): void {
    this.#legs.get(legId)?.sendKeys(request);
  }

  /**
   * Stops that play request; the leg hears its meeting or silence from the next frame on: it is sent with the next `flush`, so that a prompt
   * that follows at once needs no frame between.
   */
  stop(legId: string, playId: string): void {
    const leg = this.#legs.get(legId);
    if (leg?.stop(playId)) this.#stopped.add(leg);
  }

  /** Sends what `stop` has changed. Whether there was anything. */
  flush(): void {
    for (const leg of this.#stopped) leg.flush();
    this.#stopped.clear();
  }

  /**
   * Records the leg: `onRecorded` brings the samples, the last of them after `stopRecording` or with the leg's end. At once
   * for a leg that is not there.
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

  /** Silence in the recording from now on, or sound again. */
  pauseRecording(legId: string, recordingId: string, paused: boolean): void {
    this.#legs.get(legId)?.pauseRecording(recordingId, paused);
  }

  stopRecording(legId: string, recordingId: string): void {
    const leg = this.#legs.get(legId);
    if (!leg) return;
    leg.stopRecording(recordingId);
    listen(leg);
  }

  /** Takes noise out of what the leg's party says, or leaves it in. Of telephones only. */
  setNoiseSuppression(legId: string, wanted: boolean): void {
    // Without the library the voice stays as it is: the promise fails in no other way.
    this.#legs
      .get(legId)
      ?.setNoiseSuppression(wanted)
      .catch(() => {});
  }

  /** Connects the leg to the meeting. The leg of an attendee already there is replaced. */
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

  /** Mutes at the mixer. Remembered for the attendee until it leaves. */
  setMuted(meetingId: string, attendeeIds: readonly string[], muted: boolean): void {
    const room = this.#rooms.get(meetingId);
    if (!room) return;
    for (const attendeeId of attendeeIds) room.meeting.setMuted(attendeeId, muted);
    for (const leg of room.legs) listen(leg);
  }

  /** An attendee that is deaf hears silence. Remembered for the attendee until it leaves. */
  setDeaf(meetingId: string, attendeeIds: readonly string[], deaf: boolean): void {
    const room = this.#rooms.get(meetingId);
    for (const attendeeId of attendeeIds) room?.meeting.setDeaf(attendeeId, deaf);
  }

  /** Whether `onLevels` reports of the meeting; forgotten when it ends. */
  watchLevels(meetingId: string, watched: boolean): void {
    if (!watched) {
      this.#watched.delete(meetingId);
      return;
    }
    this.#watched.add(meetingId);
    // The first report tells the last 200 ms, not all the time before it was asked for.
    this.#rooms.get(meetingId)?.meeting.levels();
  }

  /** Whether somebody watches how loud telephones are: then `onSound` tells it every two seconds, from now on. */
  watchSound(watched: boolean): void {
    this.#levelsTold = watched ? WATCHED_LEVELS_TOLD : LEVELS_TOLD;
    if (watched) this.#tellAllLevels();
  }

  /** Serves the clock's slot: first the meetings that are mixed in it, then the legs. */
  tick(): void {
    const { slot, cycle } = this.clock;
    const nowMs = this.clock.dueMs;
    if (this.#measuresIn(slot)) this.#measure();
    for (const room of this.#rooms.values()) if (isMixedIn(room, slot)) this.#mix(room, slot, nowMs);
    for (const leg of this.#legsBySlot[slot]!) leg.tick(cycle, nowMs);
    const opposite = oppositeOf(slot);
    for (const leg of this.#legsBySlot[opposite]!) leg.halfTick(slot < opposite ? cycle - 1 : cycle);
  }

  /** Whether nothing is sent, mixed or measured in that slot when it comes next. */
  mayPass(slot: number): boolean {
    if (this.#restless.size > 0 || this.#legsBySlot[slot]!.size > 0 || this.#measuresIn(slot)) return false;
    for (const leg of this.#legsBySlot[oppositeOf(slot)]!) if (leg.sendsBetween) return false;
    for (const room of this.#rooms.values()) if (isMixedIn(room, slot)) return false;
    return true;
  }

  #measuresIn(slot: number): boolean {
    if (slot !== 0 || !this.#options.measuresSound) return false;
    return this.clock.nextCycleOf(slot) % LEVEL_FRAMES === 0;
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

  /** A level's time is over, for all legs at once. */
  #measure(): void {
    for (const leg of this.#legs.values()) leg.levels?.tick();
    if (++this.#levelTimes >= this.#levelsTold) this.#tellAllLevels();
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

  /** The first that has room for one more of few legs. */
  #openSlot(transport: LegTransport): number | undefined {
    const hasRoom = (legs: Set<MediaLeg>): boolean => {
      if (legs.size >= GATHERED_LEGS) return false;
      return transport !== 'webrtc' || browsersAmong(legs) < GATHERED_BROWSERS;
    };
    const slot = this.#legsBySlot.findIndex(hasRoom);
    return slot < 0 ? undefined : slot;
  }

  /** Of several the one whose turn it is: a meeting is mixed in its first leg's slot, and not all of them in the same. */
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

/** The slot halfway to the next time of that one. */
function oppositeOf(slot: number): number {
  return (slot + SLOTS / 2) % SLOTS;
}

function isMixedIn({ meeting, slot }: Room, which: number): boolean {
  return slot === which || (meeting.frameMs === SHORT_FRAME_MS && slot === oppositeOf(which));
}

/**
 * Makes the meeting's frames short, before the mix in its slot: by then every telephone has been sent the frame before. Those
 * that are sent theirs in this slot or the next have only one short frame then. They hear the end of the one before again, the
 * one blended into the other, and everything 10 ms later from there on.
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
 * A voice is decoded when somebody may hear it. A telephone's is while it is muted, too: that costs next to nothing, and
 * it is there at once when it is unmuted.
 */
function listen(leg: MediaLeg): void {
  const { seat, kind, receiver } = leg;
  const isHeard = seat !== undefined && !(seat.attendee.muted && kind.band === 'full');
  receiver.listen(isHeard || receiver.hearsKeys || leg.recorded);
}
