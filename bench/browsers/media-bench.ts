import { type LegKind, type MediaEdge, type MediaStats, startMediaEdge } from '#media-edge';
import { sleep } from '../machine.ts';
import type { FarEndKind } from './far-end.ts';
import type { FarEndsProcess } from './far-ends-process.ts';

const KINDS: Record<FarEndKind, LegKind> = {
  phone: { transport: 'rtp', band: 'narrow' },
  page: { transport: 'webrtc', band: 'narrow' },
  browser: { transport: 'webrtc', band: 'full' },
};
/** Milliseconds after which a handshake has failed. */
const UP_WITHIN_MS = 10_000;
const MEETING = 'meeting';

/** The media thread with one meeting, without SIP or signalling, so that only sound and its transport are measured. */
export class MediaBench {
  readonly edge: MediaEdge;
  readonly #up: Set<string>;
  readonly #failures: string[];
  #legs = 0;

  private constructor(edge: MediaEdge, up: Set<string>, failures: string[]) {
    this.edge = edge;
    this.#up = up;
    this.#failures = failures;
  }

  static async start(): Promise<MediaBench> {
    const up = new Set<string>();
    const failures: string[] = [];
    const nothing = (): void => {};
    const edge = await startMediaEdge({ address: '127.0.0.1' });
    edge.observe({
      onDigit: nothing,
      onPlaybackFinished: nothing,
      onSpeaking: nothing,
      onLevels: nothing,
      onTransportUp: (legId) => up.add(legId),
      onTransportDown: (legId, reason) => failures.push(`${legId}: ${reason}`),
      onMediaLost: nothing,
      onFatal: (error) => failures.push(error.message),
    });
    return new MediaBench(edge, up, failures);
  }

  /** Opens a leg in the meeting for a far end of that kind in the other process, without calling `connect` there. */
  async add(
    farEnds: FarEndsProcess,
    kind: FarEndKind,
    { muted = false, listens = false } = {},
  ): Promise<string> {
    const legId = `leg-${this.#legs++}`;
    const local = await this.edge.openLeg(legId, KINDS[kind]);
    this.edge.connectLeg(legId, await farEnds.open(local, { kind, listens }));
    this.edge.joinMeeting(legId, { meetingId: MEETING, attendeeId: legId, muted });
    return legId;
  }

  /** Opens a leg in the meeting for a caller of another program, which sends from that port. */
  async addCaller(rtpPort: number): Promise<{ legId: string; rtpPort: number }> {
    const legId = `leg-${this.#legs++}`;
    const local = await this.edge.openLeg(legId, KINDS.phone);
    this.edge.connectLeg(legId, {
      ...{ address: '127.0.0.1', rtpPort, rtcpPort: rtpPort + 1 },
      ...{ codec: 'PCMU', payloadType: 0, direction: 'sendrecv' },
    });
    this.edge.joinMeeting(legId, { meetingId: MEETING, attendeeId: legId, muted: false });
    return { legId, rtpPort: local.rtpPort };
  }

  /** Waits until ICE and DTLS of the browsers' legs are done. @throws Error with the reason of the first failure */
  async untilUp(legIds: readonly string[]): Promise<void> {
    const deadline = performance.now() + UP_WITHIN_MS;
    while (!legIds.every((legId) => this.#up.has(legId))) {
      if (this.#failures.length > 0) throw new Error(`a leg failed: ${this.#failures[0]}`);
      if (performance.now() > deadline) throw new Error(`not connected within ${UP_WITHIN_MS} ms`);
      await sleep(2);
    }
  }

  /** What the thread did in a time window, with its lateness in that window only. */
  async window(during: () => Promise<void>): Promise<MediaWindow> {
    const before = await this.edge.stats();
    const beganAt = performance.now();
    await during();
    const after = await this.edge.stats();
    return { before, after, seconds: (performance.now() - beganAt) / 1000 };
  }

  close(legIds: readonly string[]): void {
    for (const legId of legIds) this.edge.closeLeg(legId);
  }
}

export interface MediaWindow {
  before: MediaStats;
  /** Its lateness is that of the window. */
  after: MediaStats;
  seconds: number;
}
