import { Worker } from 'node:worker_threads';
import { threadEntry } from '#platform';
import { ringBell } from './frame-loop.ts';
import type {
  LegKind,
  LocalMedia,
  MediaEdge,
  MediaEvents,
  MediaOptions,
  MediaStats,
  PlayRequest,
  SoundWatcher,
} from './media-edge.ts';
import {
  type Command,
  createCommands,
  isUrgent,
  type MediaCommands,
  type Report,
  type WorkerOptions,
} from './messages.ts';
import { prepareUdpLibrary } from './sockets/udp-library.ts';

/** Default range of RTP and RTCP ports. */
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;
/**
 * Default of `mediaLostAfterMs`: long, so that phones that send nothing while muted are not given up early.
 */
const MEDIA_LOST_AFTER_MS = 30_000;
/**
 * Heap for new objects in the thread, MB: small, so that a garbage collection is short. Sound is stored
 * outside of it.
 */
const YOUNG_GENERATION_MB = 8;
/** How long `close` waits for the thread to end by itself, ms. */
const CLOSE_MS = 2_000;
const WORKER = threadEntry(import.meta.url, {
  source: './worker-entry.mjs',
  packed: '../media-worker.js',
  bundle: 'media-worker.mjs',
});

/** The number of repetitions that stands for "until stopped". */
const MAX_REPEAT = 1_000_000;

/** The thread is not started again after this many deaths within `DEATHS_WITHIN_MS`. Our choice. */
const MAX_DEATHS = 5;
const DEATHS_WITHIN_MS = 60_000;

/** Starts the media thread. @throws if the thread cannot be started, or no port of the range can be bound. */
export async function startMediaEdge(options: MediaOptions): Promise<MediaEdge> {
  const udpLibrary = options.sockets === 'node' ? undefined : await prepareUdpLibrary();
  const thread = new MediaThreadHandle(options, udpLibrary);
  await thread.ready;
  return {
    ...thread.commands,
    observe: (events) => thread.observe(events),
    openLeg: (legId, kind) => thread.openLeg(legId, kind),
    stats: () => thread.stats(),
    close: () => thread.close(),
  };
}

interface MediaThread {
  worker: Worker;
  /** Rung after each message to the thread; in shared memory. */
  bell: Int32Array;
}

function startThread(options: MediaOptions, udpLibrary: string | undefined): MediaThread {
  const workerOptions: WorkerOptions = {
    address: options.address,
    firstPort: options.portRange?.first ?? FIRST_PORT,
    lastPort: options.portRange?.last ?? LAST_PORT,
    mediaLostAfterMs: options.mediaLostAfterMs ?? MEDIA_LOST_AFTER_MS,
    bell: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    udpLibrary,
  };
  const worker = new Worker(WORKER, {
    name: 'media',
    workerData: workerOptions,
    // The thread registers its own loader; the main thread's would be a second one.
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  return { worker, bell: workerOptions.bell };
}

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

class MediaThreadHandle {
  readonly #options: MediaOptions;
  readonly #udpLibrary: string | undefined;
  #events: MediaEvents | undefined;
  /** Events that happened before there was an observer. */
  readonly #untold: ((events: MediaEvents) => void)[] = [];
  readonly #waiting = new Map<number, Waiting>();
  readonly #audioIds = new Set<string>();
  readonly #legIds = new Set<string>();
  /** Who watches levels; a restarted thread has to be told. */
  #soundWatcher: SoundWatcher = 'nobody';
  /** Ports offered by the thread, which a leg may use without asking. */
  #offered: number[] = [];
  #thread!: MediaThread;
  /** Resolves when the thread is up; rejects if it dies before. */
  ready!: Promise<void>;
  #exited!: Promise<void>;
  #requests = 0;
  #ringing = false;
  #closing = false;
  #dead: Error | undefined;
  #deaths: number[] = [];
  #started = false;
  #up = false;
  #becomeReady!: () => void;
  #failToStart!: (error: Error) => void;

  constructor(options: MediaOptions, udpLibrary: string | undefined) {
    this.#options = options;
    this.#udpLibrary = udpLibrary;
    this.#start();
  }

  #start(): void {
    const thread = startThread(this.#options, this.#udpLibrary);
    const { worker } = thread;
    this.#thread = thread;
    this.#dead = undefined;
    this.#up = false;
    this.#offered = [];
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      this.#failToStart = reject;
    });
    this.ready.catch(() => {});
    worker.on('message', (report: Report) => {
      if (this.#thread === thread) this.#hear(report);
    });
    worker.on('error', (error: Error) => this.#die(thread, error));
    this.#exited = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#die(thread, new Error(`the media thread ended with code ${code}`));
        resolve();
      });
    });
  }

  observe(events: MediaEvents): void {
    if (this.#events) throw new Error('the media edge is observed already');
    this.#events = events;
    for (const tell of this.#untold.splice(0)) tell(events);
  }

  #report(tell: (events: MediaEvents) => void): void {
    if (this.#events) tell(this.#events);
    else this.#untold.push(tell);
  }

  async openLeg(legId: string, kind?: LegKind): Promise<LocalMedia> {
    const isPlain =
      kind === undefined ||
      (kind.transport === 'rtp' && kind.band === 'narrow' && kind.ipVersion === undefined);
    const rtpPort = isPlain && !this.#dead && !this.#legIds.has(legId) ? this.#offered.pop() : undefined;
    this.#legIds.add(legId);
    if (rtpPort !== undefined) {
      this.#tell({ verb: 'openLegOn', args: [legId, rtpPort] });
      return { address: this.#options.address, rtpPort, rtcpPort: rtpPort + 1 };
    }
    return this.#ask<LocalMedia>((request) => ({ verb: 'openLeg', request, legId, leg: kind }));
  }

  /** A function for each verb of the media host, which sends it as a message. */
  readonly commands: MediaCommands = {
    ...createCommands((call) => this.#tell(call)),
    loadAudio: (audioId, samples) => {
      const copy = samples.slice();
      this.#audioIds.add(audioId);
      this.#tell({ verb: 'loadAudio', args: [audioId, copy] }, [copy.buffer]);
    },
    dropAudio: (audioId) => {
      this.#audioIds.delete(audioId);
      this.#tell({ verb: 'dropAudio', args: [audioId] });
    },
    closeLeg: (legId) => {
      this.#legIds.delete(legId);
      this.#tell({ verb: 'closeLeg', args: [legId] });
    },
    watchSound: (watcher) => {
      this.#soundWatcher = watcher;
      this.#tell({ verb: 'watchSound', args: [watcher] });
    },
    play: (legId, request) => this.#tell({ verb: 'play', args: [legId, this.#checked(request)] }),
    playIntoMeeting: (legId, request) =>
      this.#tell({ verb: 'playIntoMeeting', args: [legId, this.#checked(request)] }),
  };

  /** @throws {RangeError} if the audio is not loaded, or `repeat` is less than 1. */
  #checked(request: PlayRequest): PlayRequest {
    const { playId, audioId, repeat } = request;
    if (!this.#audioIds.has(audioId)) {
      throw new RangeError(
        `play ${playId}: no audio ${JSON.stringify(audioId)} is loaded; call loadAudio first`,
      );
    }
    if (!(repeat >= 1)) {
      throw new RangeError(`play ${playId}: repeat is ${repeat}; expected how often to play, 1 or more`);
    }
    return { ...request, repeat: Math.min(MAX_REPEAT, Math.floor(repeat)) };
  }

  stats(): Promise<MediaStats> {
    return this.#ask<MediaStats>((request) => ({ verb: 'stats', request }));
  }

  async close(): Promise<void> {
    if (!this.#closing && !this.#dead) {
      this.#closing = true;
      this.#tell({ verb: 'close' });
    }
    const patience = setTimeout(() => void this.#thread.worker.terminate(), CLOSE_MS);
    await this.#exited;
    clearTimeout(patience);
  }

  #tell(command: Command, transfer: readonly ArrayBuffer[] = []): void {
    if (this.#dead) return;
    this.#thread.worker.postMessage(command, transfer);
    if (this.#ringing || !isUrgent(command)) return;
    // Rung once for all messages of one turn: waking the thread costs more than a message.
    this.#ringing = true;
    queueMicrotask(this.#ring);
  }

  readonly #ring = (): void => {
    this.#ringing = false;
    ringBell(this.#thread.bell);
  };

  #ask<T>(command: (request: number) => Command): Promise<T> {
    // A thread that is being restarted has no ports yet.
    if (!this.#up && !this.#dead) return this.ready.then(() => this.#ask(command));
    return new Promise<T>((resolve, reject) => {
      if (this.#dead || this.#closing) {
        reject(this.#dead ?? new Error('the media edge is closed'));
        return;
      }
      const request = ++this.#requests;
      this.#waiting.set(request, { resolve, reject });
      this.#tell(command(request));
    });
  }

  #hear(report: Report): void {
    switch (report.kind) {
      case 'ready':
        this.#started = true;
        this.#up = true;
        this.#becomeReady();
        break;
      case 'offered':
        this.#offered.push(...report.ports);
        break;
      case 'opened':
        this.#settle(report.request, (waiting) => waiting.resolve(report.media as never));
        break;
      case 'refused':
        this.#settle(report.request, (waiting) => waiting.reject(new Error(report.message)));
        break;
      case 'stats':
        this.#settle(report.request, (waiting) => waiting.resolve(report.stats as never));
        break;
      case 'shut-down':
        // The thread's port is closed, but tsx's own handles may keep the thread alive, so it is terminated
        // here.
        void this.#thread.worker.terminate();
        break;
      default:
        this.#report((events) => happened(events, report));
    }
  }

  #settle(request: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    if (waiting) settle(waiting);
  }

  /**
   * Handles the thread's death: everything it carried is lost. It is started again at once, unless it dies
   * over and over.
   */
  #die(thread: MediaThread, error: Error): void {
    if (this.#thread !== thread || this.#dead) return;
    this.#dead = this.#closing ? new Error('the media edge is closed') : error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#dead);
    this.#waiting.clear();
    this.#audioIds.clear();
    this.#legIds.clear();
    this.#failToStart(error);
    if (!this.#started || this.#closing) return;
    const now = performance.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < DEATHS_WITHIN_MS), now];
    const startsAgain = this.#deaths.length < MAX_DEATHS;
    if (startsAgain) {
      this.#start();
      this.commands.watchSound(this.#soundWatcher);
    }
    this.#report((events) => events.onFatal(error, startsAgain));
  }
}

type Happened = Exclude<Report, { kind: 'ready' | 'offered' | 'opened' | 'refused' | 'stats' | 'shut-down' }>;

/** Passes a report to the observer. */
function happened(events: MediaEvents, report: Happened): void {
  switch (report.kind) {
    case 'digit':
      events.onDigit(report.legId, report.digit);
      break;
    case 'keys-twice':
      events.onKeysTwice?.(report.legId, report.ways);
      break;
    case 'playback-finished':
      events.onPlaybackFinished(report.legId, report.playId);
      break;
    case 'recorded':
      events.onRecorded?.(report.recordingId, report.samples, report.last);
      break;
    case 'silence':
      events.onSilence?.(report.recordingId);
      break;
    case 'speaking':
      events.onSpeaking(report.report);
      break;
    case 'levels':
      events.onLevels(report.meetingId, report.levels);
      break;
    case 'sound':
      events.onSound?.(report.legs);
      break;
    case 'transport-up':
      events.onTransportUp(report.legId);
      break;
    case 'transport-down':
      events.onTransportDown(report.legId, report.reason);
      break;
    case 'late':
      events.onLate?.(report.late);
      break;
    case 'fault':
      events.onFault?.(report.message);
      break;
    case 'media-lost':
      events.onMediaLost(report.legId, report.silentMs);
      break;
  }
}
