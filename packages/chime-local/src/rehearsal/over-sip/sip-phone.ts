import { type MediaEdge, startMediaEdge } from '#media-edge';
import { silentLog, systemClock, systemIds } from '#platform';
import { type SipEdge, startSipEdge } from '#sip-edge';

const LOOPBACK = '127.0.0.1';
/** RTP ports, separate from the application's own. */
const PORTS = { first: 10_000, last: 19_999 };
/** Milliseconds of each key, between two keys, and of a comma, as a quick person presses them. */
const KEYS = { toneMs: 100, gapMs: 100, commaMs: 500 };

/** A call of a `SipPhone`. */
export interface PhoneCall {
  readonly legId: string;
  /** When the call was answered, by `performance.now`; undefined before. */
  answeredAt: number | undefined;
  /** How the call ended; undefined while it is in progress. */
  end: { by: 'caller' | 'far'; why: string; at: number } | undefined;
  /** What has been heard, at 8 kHz. */
  readonly heard: () => Int16Array;
  /** How many samples have been heard. */
  readonly samplesHeard: () => number;
}

interface Line extends PhoneCall {
  /** The number that was called; undefined for calls that the telephone makes. */
  called: string | undefined;
  chunks: Int16Array[];
  keysSent: (() => void) | undefined;
}

/** Telephones with sockets of their own: SIP, and sound in both directions. */
export class SipPhone {
  readonly #sip: SipEdge;
  readonly #media: MediaEdge;
  readonly #lines = new Map<string, Line>();

  static async open(): Promise<SipPhone> {
    const media = await startMediaEdge({ address: LOOPBACK, portRange: PORTS });
    const parts = { media, clock: systemClock, ids: systemIds, log: silentLog };
    return new SipPhone(await startSipEdge({ address: LOOPBACK, port: 0 }, parts), media);
  }

  private constructor(sip: SipEdge, media: MediaEdge) {
    this.#sip = sip;
    this.#media = media;
    media.observe({
      onDigit() {},
      onPlaybackFinished: (legId) => this.#lines.get(legId)?.keysSent?.(),
      onRecorded: (legId, samples) => void this.#lines.get(legId)?.chunks.push(samples),
      onSpeaking() {},
      onLevels() {},
      onTransportUp() {},
      onTransportDown() {},
      onMediaLost() {},
      onFatal() {},
    });
    sip.observe({
      onLegArrived: ({ legId, to }) => void this.#open(legId, to),
      onLegRinging() {},
      onLegEarlyMedia() {},
      onLegAnswered: (legId) => this.#answered(legId),
      onLegEnded: (legId, { by, reason }) => this.#ended(legId, by === 'us' ? 'caller' : 'far', reason),
      onDigit() {},
    });
  }

  dial(call: {
    server: { host: string; port: number };
    from: string;
    to: string;
    sipHeaders?: Record<string, string>;
  }): PhoneCall {
    const { server, from, to, sipHeaders } = call;
    const legId = systemIds.guid();
    const line = this.#open(legId);
    const uri = `sip:${to}@${server.host}:${server.port}`;
    const target = { uri, host: server.host, port: server.port, transport: 'udp' as const };
    this.#sip.place({ legId, from, to, target, ...(sipHeaders ? { sipHeaders } : {}) });
    return line;
  }

  /** The address at which the telephones can be called. */
  get address(): { host: string; port: number } {
    const { host, port } = this.#sip;
    return { host, port };
  }

  /** The latest call to this number that has neither been answered nor ended. */
  callerOf(number: string): PhoneCall | undefined {
    const calling = ({ called, answeredAt, end }: Line) =>
      called === number && answeredAt === undefined && end === undefined;
    return [...this.#lines.values()].findLast(calling);
  }

  /** Sends 180 (Ringing). */
  ring({ legId }: PhoneCall): void {
    this.#sip.ring(legId);
  }

  /** Sends 200 (OK). */
  answer({ legId }: PhoneCall): void {
    this.#sip.answer(legId);
  }

  /** Resolves when the keys have been sent, as RTP events. */
  press({ legId }: PhoneCall, keys: string): Promise<void> {
    const line = this.#lines.get(legId);
    if (!line || line.end) return Promise.resolve();
    return new Promise((resolve) => {
      line.keysSent = resolve;
      this.#media.sendKeys(legId, { playId: systemIds.guid(), keys, ...KEYS });
    });
  }

  /** `sipResponseCode`: the response that refuses an unanswered call. */
  hangUp({ legId }: PhoneCall, sipResponseCode = 0): void {
    this.#sip.hangUp(legId, sipResponseCode);
  }

  hangUpAll(): void {
    for (const line of this.#lines.values()) {
      if (!line.end) this.hangUp(line);
    }
  }

  async close(): Promise<void> {
    await this.#sip.close();
    await this.#media.close();
  }

  #open(legId: string, called?: string): Line {
    const chunks: Int16Array[] = [];
    const line: Line = {
      legId,
      called,
      answeredAt: undefined,
      end: undefined,
      chunks,
      keysSent: undefined,
      heard: () => joined(chunks),
      samplesHeard: () => lengthOf(chunks),
    };
    this.#lines.set(legId, line);
    return line;
  }

  #answered(legId: string): void {
    const line = this.#lines.get(legId);
    if (!line) return;
    line.answeredAt = performance.now();
    this.#media.record(legId, { recordingId: legId, channels: ['said'] });
  }

  #ended(legId: string, by: 'caller' | 'far', why: string): void {
    const line = this.#lines.get(legId);
    if (!line) return;
    line.end = { by, why, at: performance.now() };
    line.keysSent?.();
  }
}

function lengthOf(chunks: readonly Int16Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function joined(chunks: readonly Int16Array[]): Int16Array {
  const samples = new Int16Array(lengthOf(chunks));
  let at = 0;
  for (const chunk of chunks) {
    samples.set(chunk, at);
    at += chunk.length;
  }
  return samples;
}
