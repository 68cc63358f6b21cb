/**
 * The media thread: its loop, and the messages to and from the main thread. It never waits for the main
 * thread: a message is a command to carry out, and events are reported without asking back.
 */

import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { createDtlsIdentity } from './dtls/identity.ts';
import { SLOT_MS } from './frame-clock.ts';
import { FrameLoop } from './frame-loop.ts';
import type { AttendeeLevel, KeyChannel, LegSoundLevels, LocalMedia } from './media-edge.ts';
import { type CreateTransport, MediaHost } from './media-host.ts';
import { type Command, callVerb, legOf, type Report, type WorkerOptions } from './messages.ts';
import { OFFERED_PAIRS, PortPool } from './port-pool.ts';
import { processorShare } from './processor-share.ts';
import { UdpBatch } from './sockets/udp-batch.ts';
import { loadUdpLibrary } from './sockets/udp-library.ts';
import { loadOf, type SoundLoad } from './sound-load.ts';
import { SpareTime } from './spare-time.ts';
import { PlainTransport } from './transport/plain-transport.ts';
import { createWebRtcTransport } from './transport/web-rtc-transport.ts';

/**
 * Sound goes first if the system allows it (only root may raise a priority; everything works without it,
 * too). On Linux this is the priority of this thread alone (setpriority(2), "C library/kernel differences").
 */
const PRIORITY = -10;
/** Time after which the ports that calls have taken are replaced, ms. Our choice. */
const OFFER_AGAIN_MS = 20;
const nowMs = () => performance.now();

/** Runs a media host on the machine's clock for the thread at the other end of `port`. */
class MediaWorker {
  readonly #port: MessagePort;
  readonly #host: MediaHost;
  readonly #ports: PortPool;
  /** Undefined if the library is not available: then packets come through the event loop. */
  readonly #batch: UdpBatch | undefined;
  readonly #loop: FrameLoop;
  #refused = 0;
  /** CPU time of this thread at the last check, and the slots that were served since. */
  #cpuMs = 0;
  #served = 0;
  #offersLater: NodeJS.Timeout | undefined;

  constructor(port: MessagePort, options: WorkerOptions) {
    const { address, firstPort, lastPort } = options;
    this.#port = port;
    const library = options.udpLibrary === undefined ? undefined : loadUdpLibrary(options.udpLibrary);
    const batch = library && new UdpBatch(library, nowMs);
    this.#batch = batch;
    this.#ports = new PortPool({ address, firstPort, lastPort, now: nowMs, batch });
    const events = {
      onDigit: (legId: string, digit: string) => this.#report({ kind: 'digit', legId, digit }),
      onKeysTwice: (legId: string, ways: readonly [KeyChannel, KeyChannel]) =>
        this.#report({ kind: 'keys-twice', legId, ways }),
      onPlaybackFinished: (legId: string, playId: string) =>
        this.#report({ kind: 'playback-finished', legId, playId }),
      onRecorded: (recordingId: string, samples: Int16Array<ArrayBuffer>, last: boolean) =>
        this.#report({ kind: 'recorded', recordingId, samples, last }, [samples.buffer]),
      onSilence: (recordingId: string) => this.#report({ kind: 'silence', recordingId }),
      onMediaLost: (legId: string, silentMs: number) => this.#report({ kind: 'media-lost', legId, silentMs }),
      onTransportUp: (legId: string) => this.#report({ kind: 'transport-up', legId }),
      onTransportDown: (legId: string, reason: string) =>
        this.#report({ kind: 'transport-down', legId, reason }),
      onLevels: (meetingId: string, levels: AttendeeLevel[]) =>
        this.#report({ kind: 'levels', meetingId, levels }),
      onSound: (legs: LegSoundLevels[]) => this.#report({ kind: 'sound', legs }),
      onSpeaking: (meetingId: string, attendeeIds: string[]) =>
        this.#report({ kind: 'speaking', report: { meetingId, attendeeIds } }),
      onRefused: () => {
        this.#refused++;
      },
    };
    const spare = new SpareTime(nowMs);
    const createTransport = transportCreator(address, this.#ports, spare.add);
    this.#host = new MediaHost(options, this.#ports, createTransport, events, nowMs);
    const host = this.#host;
    this.#loop = new FrameLoop({
      clock: host.clock,
      nowMs,
      bell: options.bell,
      isNeeded: () => host.legCount > 0,
      load: (windowMs) => this.#load(windowMs),
      onLate: (late) => this.#report({ kind: 'late', late }),
      serve: () => this.#serve(),
      // If packets come through the event loop, it must run in each slot.
      mayPass: (slot) => batch !== undefined && spare.idle && host.mayPass(slot),
      // This runs after the messages that came together with `stop`: what they play replaces the silence.
      settle: () => {
        host.flush();
        batch?.flush();
        spare.spend();
        host.video.spend();
      },
    });
    port.on('message', (command: Command) => this.#guard(command));
  }

  async start(): Promise<void> {
    await this.#ports.fill();
    await this.#offer();
    this.#report({ kind: 'ready' });
  }

  /** Offers ports that may be used without asking, so that opening a leg needs no answer. */
  async #offer(least?: number): Promise<void> {
    const ports = await this.#ports.offer(least);
    if (ports.length > 0) this.#report({ kind: 'offered', ports });
  }

  /** Offers several ports in one message: at once if half of them are gone, otherwise after a while. */
  #offerAgain(): void {
    void this.#offer(OFFERED_PAIRS / 2);
    this.#offersLater ??= setTimeout(() => {
      this.#offersLater = undefined;
      void this.#offer();
    }, OFFER_AGAIN_MS);
  }

  #report(report: Report, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(report, transfer);
  }

  /** How much of what this machine can do the sound took in the last `windowMs`. */
  #load(windowMs: number): SoundLoad {
    const before = this.#cpuMs;
    this.#cpuMs = threadCpuMs();
    const processor = (this.#cpuMs - before) / windowMs;
    const served = (this.#served * SLOT_MS) / windowMs;
    this.#served = 0;
    // The quota is read from files, which may change at any time.
    return loadOf({ legs: this.#host.legCount, processor, served }, processorShare);
  }

  #serve(): void {
    this.#served++;
    this.#obeyAll();
    this.#batch?.receive();
    this.#host.tick();
    this.#batch?.flush();
  }

  /** Carries out all waiting commands before packets are read: one may say whose a packet is. */
  #obeyAll(): void {
    for (;;) {
      const told = receiveMessageOnPort(this.#port);
      if (!told) return;
      this.#guard(told.message as Command);
    }
  }

  /** Carries out a command. If it fails because of a fault of ours, only its leg is closed. */
  #guard(command: Command): void {
    try {
      this.#obey(command);
    } catch (error) {
      this.#report({ kind: 'fault', message: `${command.verb}: ${(error as Error).stack ?? error}` });
      const legId = 'args' in command ? legOf(command) : undefined;
      if (legId === undefined) return;
      this.#host.closeLeg(legId);
      this.#report({ kind: 'transport-down', legId, reason: 'a fault of the media thread' });
    }
  }

  #obey(command: Command): void {
    switch (command.verb) {
      case 'openLeg':
        this.#open(command.request, this.#host.openLeg(command.legId, command.leg));
        break;
      case 'stats':
        this.#tellStats(command.request);
        break;
      case 'close':
        void this.#shutDown();
        break;
      default:
        if (command.verb === 'connectLeg') this.#loop.wake();
        callVerb(this.#host, command);
        if (command.verb === 'openLegOn') this.#offerAgain();
    }
  }

  #open(request: number, opening: Promise<LocalMedia>): void {
    opening.then(
      (media) => {
        // A browser may send before its far end is described to us.
        if (this.#batch) this.#loop.wake();
        this.#report({ kind: 'opened', request, media });
      },
      (error: unknown) =>
        this.#report({
          kind: 'refused',
          request,
          message: error instanceof Error ? error.message : String(error),
        }),
    );
  }

  #tellStats(request: number): void {
    const stats = {
      legs: this.#host.legCount,
      webRtcLegs: this.#host.webRtcLegCount,
      meetings: this.#host.meetingCount,
      audioBytes: this.#host.audioBytes,
      cpuMs: threadCpuMs(),
      ...this.#loop.takeLateness(),
      batchedSockets: this.#batch !== undefined,
      refusedPackets: this.#refused,
      ...this.#host.losses,
      forwardedVideo: this.#host.video.forwarded,
      droppedVideo: this.#host.video.dropped,
    };
    this.#report({ kind: 'stats', request, stats });
  }

  async #shutDown(): Promise<void> {
    clearTimeout(this.#offersLater);
    await this.#host.close();
    this.#report({ kind: 'shut-down' });
    this.#port.close();
  }
}

/** Our DTLS identity is created at the start, when no call can be disturbed. */
function transportCreator(
  address: string,
  ports: PortPool,
  defer: (work: () => void) => void,
): CreateTransport {
  const give = ports.give.bind(ports);
  const identity = createDtlsIdentity();
  const isOurs = ports.owns.bind(ports);
  return (transport, pair, receiver) => {
    if (transport === 'rtp') return new PlainTransport({ pair, give, isOurs, nowMs }, receiver);
    return createWebRtcTransport({ address, pair, give, identity, defer }, receiver);
  };
}

/** CPU time of this thread, ms, from /proc; 0 if that is not available. */
function threadCpuMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return 0;
  }
}

if (parentPort) {
  try {
    // On other systems this would be the priority of the whole process.
    if (process.platform === 'linux') setPriority(PRIORITY);
  } catch {
    // Not permitted: the thread keeps the system's default priority.
  }
  void new MediaWorker(parentPort, workerData as WorkerOptions).start();
}
