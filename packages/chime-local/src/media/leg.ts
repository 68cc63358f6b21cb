import { type Attendee, FORMS, FRAME_MS, frameSamples, type Meeting, SHORT_FRAME_MS } from '#conference';
import { systemClock, systemIds } from '#platform';
import { NoiseSuppressor } from './codecs/noise-suppressor.ts';
import type { JoinedMix } from './joined-mix.ts';
import { type KeyChannel, KeyChannels } from './key-channels.ts';
import { KeyQueue } from './key-queue.ts';
import { keyTones } from './key-tones.ts';
import { createDecoder, createSound } from './leg-codecs.ts';
import { LegReceiver } from './leg-receiver.ts';
import { LegSender } from './leg-sender.ts';
import type { HeardMix, Sources } from './leg-sound.ts';
import type { LegCodec, LegKind, LocalMedia, RemoteMedia } from './media-edge.ts';
import { HISTORY_SAMPLES } from './narrow-sound.ts';
import type { KeyFrame, KeysRequest } from './outgoing-keys.ts';
import { USUAL_PACKET_MS } from './packet-lengths.ts';
import { type LossShares, PacketLoss } from './packet-loss.ts';
import { type Playback, Player } from './player.ts';
import { Recorder, type RecorderEvents, type RecordRequest } from './recorder.ts';
import { RtcpSender } from './rtcp-sender.ts';
import { LegLevels } from './sound-levels.ts';
import { LEARN_MS } from './source-latch.ts';
import type { PacketReceiver, PacketTransport } from './transport/packet-transport.ts';
import type { VideoTap, VideoWay } from './video/video-switch.ts';

/** Random bytes in an RTCP canonical name: RFC 7022 section 4.2 asks for 96 bits. */
const CNAME_BYTES = 12;

/** Lengths of a key that is passed on, ms: those of a telephone's own dialler. SendDigits has its own lengths. Our choice. */
const PASSED_KEY = { playId: 'passed', toneMs: 100, gapMs: 60, commaMs: 0 };

/** Scratch for a frame of voice outside a meeting, where only the key detector and recorders take it. */
const voice = new Int16Array(FORMS.narrow.frameSamples);
/** Scratch for the sound that was sent last. */
const recalled = new Int16Array(HISTORY_SAMPLES);

/** What a leg tells the media thread. */
export interface LegEvents extends RecorderEvents {
  onDigit(legId: string, digit: string): void;
  onKeysTwice(legId: string, ways: readonly [KeyChannel, KeyChannel]): void;
  onPlaybackFinished(legId: string, playId: string): void;
  onTransportUp(legId: string): void;
  onTransportDown(legId: string, reason: string): void;
  onMediaLost(legId: string, silentMs: number): void;
  onRefused(): void;
}

export interface LegOptions {
  legId: string;
  kind: LegKind;
  attach(receiver: PacketReceiver): PacketTransport;
  /** The slot of the frame clock in which its packets go out. */
  slot: number;
  /** The number of the leg's next frame by the clock. One or two frames begin in each cycle. */
  nextFrame(framesInCycle: 1 | 2): number;
  nowMs(): number;
  mediaLostAfterMs: number;
  /** Whether the levels of its sound are measured. */
  measured: boolean;
  events: LegEvents;
}

/** A leg's place in a meeting. */
export interface Seat {
  meeting: Meeting;
  attendee: Attendee;
  /** Joins pairs of the meeting's frames, if the leg's frames are twice as long as the meeting's. */
  joined?: JoinedMix;
}

/** The sound of one leg in both directions, over any transport. */
export class MediaLeg implements PacketReceiver, VideoWay {
  readonly legId: string;
  readonly kind: LegKind;
  readonly slot: number;
  /** Length of the frames that are sent to it, ms. */
  readonly frameMs: number;
  readonly receiver: LegReceiver;
  /** Its meeting and its attendee there; undefined outside a meeting. */
  seat: Seat | undefined;
  /** Levels in both directions. Only telephones have them, and only if levels are measured. */
  readonly levels: LegLevels | undefined;
  /** Takes its video, if it may send or receive any. */
  video: VideoTap | undefined;

  readonly #options: LegOptions;
  readonly #framesInCycle: 1 | 2;
  readonly #transport: PacketTransport;
  readonly #sender: LegSender;
  readonly #player = new Player();
  /** Plays into the meeting in place of its party's voice. */
  readonly #intoMeeting = new Player();
  readonly #rtcp: RtcpSender;
  readonly #cname = systemIds.hex(CNAME_BYTES);
  readonly #sources: Sources;
  readonly #keys = new KeyChannels();
  #codec: LegCodec;
  #remote: RemoteMedia | undefined;
  /** Whether frames are made: the far end is known and packets can be sent to it. */
  #flowing = false;
  #up = false;
  /** When frames are made in any case, so that no action waits forever for the end of its playback. */
  #flowsAtMs = Number.POSITIVE_INFINITY;
  #sendable = false;
  #heardAtMs = 0;
  /** The number of the next frame: one above the clock's while a frame has been sent ahead of its slot. */
  #nextFrame = 0;
  /** A change waits for the next slot, because a frame has been sent ahead already. */
  #urgent = false;
  #lossReports = 0;
  #closed = false;
  /** Keys to send. */
  readonly #outgoing = new KeyQueue();
  /** The key that these 20 ms carry in place of sound. */
  #key: KeyFrame | undefined;
  /** Whether its keys are passed on to the other leg of its meeting: the two legs are bridged. */
  passesKeys = false;
  #recorders: readonly Recorder[] = [];
  #suppressor: NoiseSuppressor | undefined;
  #suppresses = false;
  /** Drops packets on purpose. */
  #loss: PacketLoss | undefined;

  constructor(options: LegOptions) {
    this.#options = options;
    const { legId, kind } = options;
    this.legId = legId;
    this.kind = kind;
    this.slot = options.slot;
    // With shorter packets a browser's jitter buffer is shorter.
    this.frameMs = kind.transport === 'webrtc' ? SHORT_FRAME_MS : FRAME_MS;
    this.#framesInCycle = this.frameMs === SHORT_FRAME_MS ? 2 : 1;
    this.#codec = kind.band === 'full' ? 'opus' : 'PCMU';
    this.levels = options.measured && kind.band === 'narrow' ? new LegLevels() : undefined;
    const decoder = createDecoder(this.#codec, kind.band);
    this.receiver = new LegReceiver(FORMS[kind.band], decoder, this.levels?.said);
    this.#sender = new LegSender(startOfStream(), createSound(this.#codec, kind.band, this.frameMs), 0);
    this.#sources = { player: this.#player, mix: undefined, mixFrame: 0 };
    const chance = () => systemIds.integer(1_000) / 1_000;
    this.#rtcp = new RtcpSender(this.#cname, options.nowMs(), chance);
    this.#transport = options.attach(this);
  }

  /** The address and ports on which the leg receives. */
  get local(): LocalMedia {
    const { local } = this.#transport;
    if (!local.webRtc) return local;
    const stream = { ssrc: this.#sender.ssrc, cname: this.#cname };
    return { ...local, webRtc: { ...local.webRtc, stream } };
  }

  /** Sets or changes the far end. */
  connect(remote: RemoteMedia): void {
    if (!this.#remote) this.#heardAtMs = this.#options.nowMs();
    this.#remote = remote;
    this.#setCodec(remote);
    this.#transport.connect(remote);
    this.#sendable = remote.direction === 'sendrecv' || remote.direction === 'sendonly';
    if (!this.#sendable) this.#sender.pause();
    this.#lossReports = 0;
    if (this.kind.transport !== 'webrtc') {
      this.#up ||= this.#transport.ready || !this.#sendable;
      this.#flowsAtMs = this.#options.nowMs() + LEARN_MS;
    }
    this.#flow();
  }

  /** Drops these shares of its packets on purpose from now on. */
  losePackets(shares: LossShares): void {
    this.#loss = new PacketLoss(shares, () => systemIds.integer(100));
  }

  /** Ends one level interval and begins the next: measures what its party heard last. */
  measureLevels(): void {
    if (!this.levels) return;
    if (this.#sender.sendsSound) this.#sender.measure(this.levels.heard);
    this.levels.tick();
    this.receiver.beginLevel();
  }

  /** Takes a key that came by signalling. */
  pressKey(key: string): void {
    this.#tellKeys('signalling', key);
  }

  play(request: Playback): void {
    if (this.kind.band === 'full') return;
    this.#player.start(request);
    this.#changed();
  }

  playIntoMeeting(request: Playback): void {
    this.#intoMeeting.start(request);
  }

  /** Replaces `voice` by what plays into the meeting. Returns false if nothing plays. */
  speakInstead(voice: Int16Array): boolean {
    const player = this.#intoMeeting;
    const { playId } = player;
    if (playId === undefined || this.kind.band === 'full') return false;
    voice.fill(0, player.read(voice));
    if (player.exhausted) {
      player.stop();
      this.#options.events.onPlaybackFinished(this.legId, playId);
    }
    return true;
  }

  /** Stops that request. Returns whether it was playing; call `flush` to let the change be heard. */
  stop(playId: string): boolean {
    if (this.#outgoing.drop(playId)) return true;
    if (this.#intoMeeting.playId === playId) this.#intoMeeting.stop();
    if (this.#player.playId !== playId) return false;
    this.#player.stop();
    return true;
  }

  /** Sends keys as telephone events if the far end takes them (RFC 4733), otherwise as tones. */
  sendKeys(request: KeysRequest): void {
    if (this.kind.band === 'full') return;
    if (this.#remote?.dtmfPayloadType === undefined) {
      this.play({ playId: request.playId, samples: keyTones(request), repeat: 1 });
      return;
    }
    this.#outgoing.add(request, this.#framesInCycle * this.#sender.sound.timestampStep);
  }

  /** Sends a key that the other leg of a bridge has pressed. As a tone it does not interrupt a prompt. */
  passKey(key: string): void {
    const asTone = this.#remote?.dtmfPayloadType === undefined;
    if (asTone && this.#player.playId !== undefined) return;
    this.sendKeys({ ...PASSED_KEY, keys: key });
  }

  /** Switches noise suppression of its party's voice. It takes effect when the library has loaded. */
  async setNoiseSuppression(wanted: boolean): Promise<void> {
    this.#suppresses = wanted && this.kind.band === 'narrow';
    if (this.#suppresses && !this.#suppressor) {
      const suppressor = await NoiseSuppressor.create();
      if (this.#suppresses && !this.#suppressor && !this.#closed) this.#suppressor = suppressor;
      else suppressor.close();
    } else if (!this.#suppresses) this.#endSuppression();
  }

  #endSuppression(): void {
    this.#suppressor?.close();
    this.#suppressor = undefined;
  }

  /** Reads the next frame of its party's voice into `out`. Returns false if there is none. */
  takeVoice(nowMs: number, out: Int16Array): boolean {
    const hasVoice = this.receiver.take(nowMs, out);
    if (hasVoice) this.#suppressor?.process(out);
    return hasVoice;
  }

  /** Whether the leg is being recorded. */
  get recorded(): boolean {
    return this.#recorders.length > 0;
  }

  /** Starts a recording, which begins when sound flows. The sound of a meeting client is not recorded. */
  record(request: RecordRequest): void {
    const recorder = new Recorder(request, this.#options.events);
    if (this.kind.band === 'full') recorder.end();
    else this.#recorders = [...this.#recorders, recorder];
  }

  pauseRecording(recordingId: string, paused: boolean): void {
    this.#recorders.find((recorder) => recorder.recordingId === recordingId)?.setPaused(paused);
  }

  /** Ends the recording and reports what is left of it. */
  stopRecording(recordingId: string): void {
    for (const recorder of this.#recorders) if (recorder.recordingId === recordingId) recorder.end();
    this.#recorders = this.#recorders.filter((recorder) => recorder.recordingId !== recordingId);
  }

  /** Records the next `count` samples of its voice as its meeting hears it; undefined: silence. */
  said(frame: Int16Array | undefined, count: number): void {
    for (const recorder of this.#recorders) recorder.put('said', frame, count);
  }

  /** Sends the next frame now, so that a change is heard at once: at most one frame ahead of its slot. */
  flush(): void {
    this.#changed();
  }

  /** Serves the leg's slot in that cycle. */
  tick(cycle: number, nowMs: number): void {
    if (!this.#flowing && !this.#givesUpWaiting(nowMs)) return;
    if (this.receiver.hearsKeys || this.recorded) this.#hear(nowMs);
    this.#serve(this.#framesInCycle * cycle);
    if (this.#sender.sendsBetween) this.#sendDue(2 * cycle);
    for (const recorder of this.#recorders) recorder.tick();
    if (this.#rtcp.isDue(nowMs)) this.#sendReport(nowMs, false);
    this.#watch(nowMs);
  }

  /** Whether `halfTick` has anything to do. */
  get sendsBetween(): boolean {
    return this.#framesInCycle > 1 || this.#sender.sendsBetween;
  }

  /** Serves the moment halfway between the leg's slot in that cycle and its next one. */
  halfTick(cycle: number): void {
    if (!this.#flowing) return;
    if (this.#framesInCycle > 1) this.#serve(2 * cycle + 1);
    if (this.#sender.sendsBetween) this.#sendDue(2 * cycle + 1);
  }

  /** Sends an RTCP BYE and gives the ports back. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const recorder of this.#recorders) recorder.end();
    this.#recorders = [];
    this.#endSuppression();
    if (this.#flowing && this.#sender.packets > 0) this.#sendReport(this.#options.nowMs(), true);
    this.#transport.close();
    this.#sender.sound.close();
    this.receiver.close();
  }

  sendVideo(packet: Uint8Array): void {
    if (this.#transport.ready) this.#transport.sendRtp(packet);
  }

  sendVideoReport(compound: Uint8Array): void {
    if (this.#transport.ready) this.#transport.sendRtcp(compound);
  }

  onRtp(packet: Buffer, atMs = this.#options.nowMs()): void {
    if (this.#loss?.losesReceived()) return;
    if (this.video?.rtp(packet)) return;
    const keys = this.receiver.rtp(packet, atMs);
    if (keys === undefined) this.#options.events.onRefused();
    else if (keys !== '') this.#tellKeys('events', keys);
  }

  onRtcp(packet: Buffer): void {
    if (this.#loss?.deaf) return;
    this.video?.rtcp(packet);
    if (!this.receiver.rtcp(packet, this.#options.nowMs())) this.#options.events.onRefused();
  }

  onSignOfLife(): void {
    if (this.#loss?.deaf) return;
    this.#heardAtMs = this.#options.nowMs();
  }

  onUp(): void {
    this.#up = true;
    this.#heardAtMs = this.#options.nowMs();
    this.#flow();
    if (this.kind.transport === 'webrtc') this.#options.events.onTransportUp(this.legId);
  }

  onDown(reason: string): void {
    this.#options.events.onTransportDown(this.legId, reason);
  }

  onRefused(): void {
    this.#options.events.onRefused();
  }

  #setCodec(remote: RemoteMedia): void {
    const { band } = this.kind;
    const same = remote.codec === this.#codec;
    this.#codec = remote.codec;
    this.receiver.connect(remote, same ? this.receiver.decoder : createDecoder(remote.codec, band));
    this.#sender.setSound(
      same ? this.#sender.sound : createSound(remote.codec, band, this.frameMs),
      remote.payloadType,
    );
    this.#sender.setPacketMs(remote.packetMs ?? USUAL_PACKET_MS);
  }

  #flow(): void {
    if (this.#flowing || !this.#remote || !this.#up) return;
    this.#flowing = true;
    this.#nextFrame = this.#clockFrame;
  }

  /** Starts to make frames after `LEARN_MS`, although nothing has shown that the far end wants them. */
  #givesUpWaiting(nowMs: number): boolean {
    if (nowMs < this.#flowsAtMs || !this.#remote) return false;
    this.#up = true;
    this.#flow();
    return true;
  }

  /** Reports keys that came by one channel, except those that another channel has brought already. */
  #tellKeys(channel: KeyChannel, keys: string): void {
    const nowMs = this.#options.nowMs();
    if (channel === 'signalling') this.#keys.hold('events', this.receiver.keyHeldMs);
    const { onDigit, onKeysTwice } = this.#options.events;
    const knownBefore = this.#keys.twice;
    for (const key of keys) {
      if (this.#keys.take(channel, key, nowMs)) onDigit(this.legId, key);
    }
    if (this.#keys.twice && !knownBefore) onKeysTwice(this.legId, this.#keys.twice);
  }

  /** Takes the voice for recorders and the key detector. In a meeting, the mixer takes it. */
  #hear(nowMs: number): void {
    const { receiver } = this;
    if (!this.seat) this.said(this.takeVoice(nowMs, voice) ? voice : undefined, voice.length);
    const keys = receiver.takeTones();
    if (keys !== '') this.#tellKeys('tones', keys);
  }

  get #clockFrame(): number {
    return this.#options.nextFrame(this.#framesInCycle);
  }

  #changed(): void {
    if (!this.#flowing) return;
    if (this.#nextFrame > this.#clockFrame) this.#urgent = true;
    else this.#send();
  }

  /** Sends that frame, unless it was sent ahead. */
  #serve(frame: number): void {
    if (this.#nextFrame < frame) this.#nextFrame = frame;
    const ahead = this.#nextFrame > frame;
    if (!ahead || this.#urgent) this.#send();
  }

  /** What its party hears of the meeting in the next frame. */
  #heard(): HeardMix | undefined {
    const { seat } = this;
    if (!seat || seat.meeting.frameMs === this.frameMs) return seat?.attendee.heard;
    return seat.joined?.whole ? seat.joined : undefined;
  }

  #send(): void {
    const frame = this.#nextFrame++;
    this.#urgent = false;
    this.#sources.mix = this.#heard();
    this.#sources.mixFrame = this.seat?.meeting.frames ?? 0;
    // Keys are sent in packets of 20 ms.
    if (frame % this.#framesInCycle === 0) this.#key = this.#outgoing.next();
    const key = this.#key;
    const keyType = this.#remote?.dtmfPayloadType;
    if (!this.#sendable || !this.#transport.ready) {
      // Playback advances although nothing is sent; otherwise the action that waits for its end would wait forever.
      this.#player.pass(this.#frameSamples);
      this.#sender.pause();
      this.#hears(undefined);
    } else if (key && keyType !== undefined) {
      if (frame % this.#framesInCycle === 0) this.#sendRtp(this.#sender.key(frame, key, keyType));
      this.#hears(undefined);
    } else {
      const packet = this.#sender.next(frame, this.#sources);
      if (packet) this.#sendRtp(packet);
      if (this.recorded) this.#hears(this.#recall());
    }
    this.#tellFinished();
  }

  get #frameSamples(): number {
    return frameSamples('narrow', this.frameMs);
  }

  /** The samples of the last frame that was sent. */
  #recall(): Int16Array {
    this.#sender.recall(recalled);
    return recalled.subarray(HISTORY_SAMPLES - this.#frameSamples);
  }

  #hears(frame: Int16Array | undefined): void {
    for (const recorder of this.#recorders) recorder.put('heard', frame, this.#frameSamples);
  }

  /** Reports playback and keys that have come to their end. */
  #tellFinished(): void {
    const { onPlaybackFinished } = this.#options.events;
    const sent = this.#outgoing.takeFinished();
    if (sent !== undefined && sent !== PASSED_KEY.playId) onPlaybackFinished(this.legId, sent);
    if (!this.#player.exhausted) return;
    const playId = this.#player.playId ?? '';
    this.#player.stop();
    if (playId !== PASSED_KEY.playId) onPlaybackFinished(this.legId, playId);
  }

  #sendDue(half: number): void {
    if (!this.#sendable || !this.#transport.ready) return;
    const packet = this.#sender.due(half);
    if (packet) this.#sendRtp(packet);
  }

  #sendRtp(packet: Uint8Array): void {
    if (!this.#loss?.losesSent()) this.#transport.sendRtp(packet);
  }

  #sendReport(nowMs: number, last: boolean): void {
    if (this.#loss?.mute) return;
    const { ssrc, packets, bytes } = this.#sender;
    const sent = { ssrc, packets, bytes, timestamp: this.#sender.timestampOf(this.#nextFrame) };
    const { reception } = this.receiver;
    this.#transport.sendRtcp(this.#rtcp.compound(sent, reception, nowMs, systemClock.now(), last));
  }

  #watch(nowMs: number): void {
    const direction = this.#remote?.direction;
    if (direction !== 'sendrecv' && direction !== 'recvonly') return;
    const silentMs = nowMs - this.#heardAtMs;
    const { mediaLostAfterMs, events } = this.#options;
    if (silentMs < mediaLostAfterMs) {
      this.#lossReports = 0;
    } else if (silentMs >= mediaLostAfterMs * (this.#lossReports + 1)) {
      this.#lossReports++;
      events.onMediaLost(this.legId, Math.round(silentMs));
    }
  }
}

function startOfStream(): { ssrc: number; sequenceNumber: number; timestamp: number } {
  return {
    ssrc: systemIds.integer(2 ** 32),
    sequenceNumber: systemIds.integer(2 ** 15),
    timestamp: systemIds.integer(2 ** 32),
  };
}
