import type { WebSocket } from 'ws';
import type { VideoMedia } from '#media-edge';
import type { Clock, Ids, Log } from '#platform';
import { AudioSubscription, type SubscribeOutcome } from './audio-subscription.ts';
import { type DataMessageListener, DataMessageSender, dataMessageFrame } from './data-messages.ts';
import { CLOSE, FrameSocket, type OutgoingFrame } from './frame-socket.ts';
import { type SignallingLimits, VIDEO_STREAM_LIMITS } from './limits.ts';
import { changesFrame, LevelTeller, rosterFrame } from './roster-frames.ts';
import type {
  Admission,
  ClientConnection,
  EndStatus,
  Rejection,
  RosterChange,
  RosterEntry,
  SignallingHandler,
  VideoRights,
} from './signalling.ts';
import type { VideoMember, VideoRoom } from './video-room.ts';
import { VideoSubscription } from './video-subscription.ts';
import { type DataMessagePayload, FRAME, PING, PONG, type SignalFrame } from './wire/frames.ts';

/** The parts that all clients share. */
export interface ClientParts {
  media: VideoMedia;
  handler: SignallingHandler;
  clock: Clock;
  ids: Ids;
  log: Log;
  limits: SignallingLimits;
}

/** The edge that holds all clients, as one client sees it. */
export interface ClientHost {
  /** Asked at JOIN, before the handler is. A rejection means that there are too many clients. */
  mayJoin(): Rejection | undefined;
  /** The handler has let the client in. */
  joined(client: Client): void;
  /** The video of the client's meeting. */
  videoRoom(client: Client): VideoRoom;
  /** Sound flows: from now on data messages are for the client, too. */
  entered(client: Client): void;
  /** The client has left, or is about to. */
  left(client: Client): void;
  /** Sends a message to everybody in the client's meeting. */
  tellAll(client: Client, message: DataMessagePayload): void;
  /** The client's socket is gone; nothing more comes from it. */
  closed(client: Client): void;
}

/**
 * The client's state: its socket is open; it was let in; its sound flows; it was told to leave or has said
 * that it leaves; its socket is gone.
 */
type Stage = 'opened' | 'joined' | 'present' | 'leaving' | 'gone';

const BAD_REQUEST = 400;

/** One connection of a meeting client, from its upgrade to its end. */
export class Client implements DataMessageListener {
  readonly connection: ClientConnection;
  readonly #parts: ClientParts;
  readonly #host: ClientHost;
  readonly #socket: FrameSocket;
  readonly #audio: AudioSubscription;
  readonly #messages: DataMessageSender;
  readonly #levels = new LevelTeller();
  #stage: Stage = 'opened';
  #stageSince: number;
  #admission: Admission | undefined;
  #video: { room: VideoRoom; member: VideoMember; subscription: VideoSubscription } | undefined;
  #muted = false;
  #soundLostAt: number | undefined;
  #pings = 0;
  #asked = false;
  /** Whether a SUBSCRIBE is being answered, and another that arrived meanwhile. */
  #subscribing = false;
  #waiting: NonNullable<SignalFrame['sub']> | undefined;

  constructor(socket: WebSocket, connection: ClientConnection, parts: ClientParts, host: ClientHost) {
    this.connection = connection;
    this.#parts = parts;
    this.#host = host;
    this.#audio = new AudioSubscription(connection.legId, parts.media, parts.ids);
    this.#messages = new DataMessageSender(parts.clock);
    this.#stageSince = parts.clock.now();
    this.#socket = new FrameSocket(socket, parts.clock, parts.limits, {
      onFrame: (frame) => this.#heard(frame),
      onLost: (reason) => this.#lost(reason),
      onClosed: () => {
        this.#stage = 'gone';
        host.closed(this);
      },
    });
  }

  tellRoster(entries: readonly RosterEntry[]): void {
    if (this.#stage === 'present') this.#socket.send(rosterFrame(entries));
  }

  tellChanges(changes: readonly RosterChange[]): void {
    if (this.#stage === 'present' && changes.length > 0) this.#socket.send(changesFrame(changes));
  }

  tellLevels(levels: readonly { streamId: number; volume: number }[]): void {
    const frame = this.#stage === 'present' ? this.#levels.frame(levels) : undefined;
    if (frame) this.#socket.send(frame);
  }

  setVideoRights(rights: VideoRights): void {
    if (!this.#video || !this.#admission) return;
    const { room, member, subscription } = this.#video;
    member.rights = rights;
    subscription.apply();
    room.tell(member);
  }

  sendBytes(bytes: Buffer): void {
    this.#socket.sendBytes(bytes);
  }

  /** Sends the client away; the handler knows. */
  end(status: EndStatus): void {
    if (this.#stage === 'leaving' || this.#stage === 'gone') return;
    this.#socket.send({ type: FRAME.AUDIO_STATUS, audioStatus: { audioStatus: status } });
    this.#admission = undefined;
    this.#leave(`sent away with ${status}`);
  }

  /** Cuts the client off; the handler knows. */
  terminate(): void {
    this.#admission = undefined;
    this.#leave('cut off');
    this.#socket.terminate();
  }

  transportUp(): void {
    if (this.#stage !== 'joined' || !this.#admission) return;
    this.#enterStage('present');
    this.#host.entered(this);
    this.#log('A meeting client is there.');
    this.#parts.handler.arrived(this.connection.legId, { muted: this.#muted });
  }

  /** The client may be closing in its own order, so its LEAVE, or the end of its socket, is awaited. */
  transportDown(reason: string): void {
    if (this.#soundLostAt !== undefined) return;
    this.#soundLostAt = this.#parts.clock.now();
    this.#log(`The sound of a meeting client ended: ${reason}.`);
  }

  /** Checks whether the client has exceeded a time limit; called about once a second. */
  tick(now: number): void {
    const { limits } = this.#parts;
    const staged = now - this.#stageSince;
    const silent = now - this.#socket.lastHeard;
    if (this.#stage === 'opened' && staged >= limits.joinMs) this.#giveUp('it does not join');
    else if (this.#stage === 'joined' && staged >= limits.arriveMs) this.#giveUp('its sound never came');
    else if (this.#stage === 'leaving' && staged >= limits.goodbyeMs) this.#socket.close(CLOSE.tooSlow);
    else if (this.#stage !== 'joined' && this.#stage !== 'present') return;
    else if (this.#soundLostAt !== undefined && now - this.#soundLostAt >= limits.soundLostMs)
      this.#reconnect();
    else if (silent >= limits.silenceMs) this.#giveUp('nothing comes from it');
    else if (silent >= limits.quietMs) this.#askForLife();
  }

  #heard(frame: SignalFrame): void {
    try {
      this.#handle(frame);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A fault of ours costs this client its connection, but affects nobody else. */
  #failed(error: unknown): void {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#parts.log.error(`A frame of a meeting client could not be handled: ${why}`);
    this.#socket.close(CLOSE.internal);
    this.#lost('a fault of ours');
  }

  #handle(frame: SignalFrame): void {
    this.#asked = false;
    const admitted = this.#stage === 'joined' || this.#stage === 'present';
    if (frame.type === FRAME.PING_PONG) this.#ping(frame);
    else if (frame.type === FRAME.JOIN && this.#stage === 'opened') this.#join();
    else if (frame.type === FRAME.LEAVE) this.#sayGoodbye();
    else if (!admitted) return;
    else if (frame.type === FRAME.SUBSCRIBE) this.#subscribe(frame.sub ?? {});
    else if (frame.type === FRAME.AUDIO_CONTROL) this.#mute(frame.audioControl?.muted ?? false);
    else if (frame.type === FRAME.DATA_MESSAGE) this.#relay(frame.dataMessage?.messages ?? []);
  }

  #ping({ pingPong }: SignalFrame): void {
    if (pingPong?.type !== PING) return;
    this.#socket.send({ type: FRAME.PING_PONG, pingPong: { type: PONG, pingId: pingPong.pingId } });
  }

  #join(): void {
    const answer = this.#host.mayJoin() ?? this.#parts.handler.admit(this.connection);
    if ('status' in answer) {
      const { status, description } = answer;
      this.#log(`A meeting client was refused: ${description}`);
      this.#enterStage('leaving');
      // The client understands only this close code, and only before it has joined.
      if (status === 410) this.#socket.close(CLOSE.meetingEnded);
      else this.#socket.send({ type: FRAME.JOIN_ACK, error: { status, description }, joinack: {} });
      return;
    }
    this.#admission = answer;
    this.#enterStage('joined');
    this.#host.joined(this);
    // Without TURN servers the client uses its first local candidate and does not wait for others.
    const turnCredentials = { ttl: 0, uris: [] };
    const videoSubscriptionLimit = VIDEO_STREAM_LIMITS.received;
    const joinack = { turnCredentials, videoSubscriptionLimit, wantsCompressedSdp: false };
    this.#socket.send({ type: FRAME.JOIN_ACK, joinack });
    this.#enterVideo(answer);
  }

  #enterVideo(admission: Admission): void {
    const { media, ids } = this.#parts;
    const room = this.#host.videoRoom(this);
    const member: VideoMember = {
      legId: this.connection.legId,
      admission,
      rights: admission.video,
      tellSources: (frame) => this.#socket.send(frame),
    };
    this.#video = { room, member, subscription: new VideoSubscription(member, room, media, ids) };
    room.enter(member);
  }

  /**
   * Subscriptions are answered one after the other; a client that sends more without waiting for answers is
   * dropped.
   */
  #subscribe(subscription: NonNullable<SignalFrame['sub']>): void {
    if (this.#subscribing) {
      if (this.#waiting) this.#giveUp('it subscribes without waiting for the answer');
      else this.#waiting = subscription;
      return;
    }
    this.#subscribing = true;
    const muted = subscription.audioMuted ?? false;
    if (this.#stage === 'joined') this.#muted = muted;
    else this.#mute(muted);
    this.#audio
      .answer(
        subscription.sdpOffer ?? '',
        (offered) =>
          this.#video?.subscription.plan(offered, subscription.receiveStreamIds ?? []) ?? new Map(),
      )
      .then((outcome) => {
        this.#subscribing = false;
        this.#subscribed(outcome);
        const next = this.#waiting;
        this.#waiting = undefined;
        if (next && this.#admission) this.#subscribe(next);
      })
      .catch((error: unknown) => this.#failed(error));
  }

  #subscribed(outcome: SubscribeOutcome): void {
    if (outcome.kind === 'closed' || !this.#admission) return;
    if (outcome.kind === 'answered') {
      const suback = { ...this.#video?.subscription.apply(), sdpAnswer: outcome.sdp };
      this.#socket.send({ type: FRAME.SUBSCRIBE_ACK, suback });
    } else if (outcome.kind === 'refused') {
      const error = { status: BAD_REQUEST, description: outcome.why };
      this.#sendAway(
        { type: FRAME.SUBSCRIBE_ACK, error, suback: {} },
        `its offer is refused: ${outcome.why}`,
      );
    } else {
      this.#parts.log.warn(`No media leg for a meeting client: ${outcome.why}.`);
      this.#reconnect();
    }
  }

  #mute(muted: boolean): void {
    if (muted === this.#muted) return;
    this.#muted = muted;
    if (this.#stage === 'present') this.#parts.handler.selfMuted(this.connection.legId, muted);
  }

  #relay(messages: readonly DataMessagePayload[]): void {
    if (this.#stage !== 'present' || !this.#admission) return;
    const { accepted, throttled } = this.#messages.take(messages, this.#admission);
    for (const message of accepted) this.#host.tellAll(this, message);
    if (throttled.length > 0) this.sendBytes(dataMessageFrame(this.#parts.clock.now(), throttled));
  }

  #sayGoodbye(): void {
    this.#socket.send({ type: FRAME.LEAVE_ACK, leaveAck: {} });
    this.#depart('left');
    this.#leave('left');
  }

  #askForLife(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#socket.send({ type: FRAME.PING_PONG, pingPong: { type: PING, pingId: ++this.#pings } });
  }

  /** Tells the client to connect again. */
  #reconnect(): void {
    this.#sendAway({ type: FRAME.AUDIO_STATUS, audioStatus: { audioStatus: 503 } }, 'told to connect again');
  }

  #sendAway(frame: OutgoingFrame, reason: string): void {
    this.#socket.send(frame);
    this.#lost(reason);
  }

  #giveUp(reason: string): void {
    this.#lost(reason);
    this.#socket.close(CLOSE.tooSlow);
  }

  /** The client is gone, or as good as gone. */
  #lost(reason: string): void {
    this.#depart('dropped');
    this.#leave(reason);
  }

  #depart(how: 'left' | 'dropped'): void {
    if (!this.#admission) return;
    this.#admission = undefined;
    this.#parts.handler.departed(this.connection.legId, how);
  }

  /** Nothing more is done for the client; it has a moment to say goodbye. */
  #leave(reason: string): void {
    if (this.#stage === 'leaving' || this.#stage === 'gone') return;
    if (this.#stage !== 'opened') this.#log(`A meeting client goes: ${reason}.`);
    this.#enterStage('leaving');
    this.#video?.room.leave(this.#video.member);
    this.#audio.close();
    this.#host.left(this);
  }

  #enterStage(stage: Stage): void {
    this.#stage = stage;
    this.#stageSince = this.#parts.clock.now();
  }

  #log(text: string): void {
    const { legId, meetingId } = this.connection;
    this.#parts.log.info(text, { legId, meetingId });
  }
}
