import { expect } from 'vitest';
import { toneLevelDbfs } from '#audio';
import type { MediaEdge } from '#media-edge';
import { readRtcp } from '#rtp';
import { RtpPhone } from '../../packages/chime-local/src/media/testing/rtp-phone.ts';

const RATE = 8_000;
const FRAME_MS = 20;
/** Packets of a window in which the other is to be heard. */
const WINDOW = 10;
/** The quietest that a tone of amplitude 5000 may be in a window, dBFS. */
const HEARD_DBFS = -22;
/** Turns of the event loop in which all that waits is read. */
const TURNS = 20;
/** Packets that come so far apart were sent by a thread that had to wait for its processor, ms. */
const LATE_MS = 60;
/** So long a stutter is heard after it: what the jitter buffer holds at most, and the way back, ms. */
const STUTTER_LASTS_MS = 500;
/** Share of the packets and windows that a machine busy elsewhere still leaves: the phones share this process. */
const MOST = 0.7;
/** Windows of a phone that are judged together: of few, one that stuttered unseen is a large share. */
const WINDOWS = 20;

/** Two telephones in a meeting, each of which hears the other's tone. */
export class GoodCall {
  readonly #edge: MediaEdge;
  readonly #phones: {
    legId: string;
    phone: RtpPhone;
    port: number;
    hears: number;
    /** Windows since the last judgement, and those of them in which the other was heard. */
    windows: number;
    good: number;
  }[] = [];

  private constructor(edge: MediaEdge) {
    this.#edge = edge;
  }

  static async between(edge: MediaEdge, tones: Record<string, number>): Promise<GoodCall> {
    const call = new GoodCall(edge);
    const names = Object.keys(tones);
    for (const [n, legId] of names.entries()) {
      const phone = await RtpPhone.open();
      const local = await edge.openLeg(legId);
      edge.connectLeg(legId, phone.remote());
      edge.joinMeeting(legId, { meetingId: 'good', attendeeId: legId, muted: false });
      phone.sing(tones[legId]!, local);
      const hears = tones[names[1 - n]!]!;
      call.#phones.push({ legId, phone, port: local.rtpPort, hears, windows: 0, good: 0 });
    }
    return call;
  }

  get hearsAll(): boolean {
    return this.#phones.every(
      ({ phone, hears }) => toneLevelDbfs(phone.lately(0.2), hears, RATE) > HEARD_DBFS,
    );
  }

  /** Where the two send their RTP to. */
  get ports(): number[] {
    return this.#phones.map(({ port }) => port);
  }

  /** Each phone sends that from its own port, beside its voice. */
  sendAlso(bytes: Uint8Array): void {
    for (const { phone, port } of this.#phones) phone.send(bytes, port);
  }

  /** What was heard until now is of no matter. */
  begin(): void {
    for (const { phone } of this.#phones) phone.heard.splice(0);
  }

  /**
   * Fails when anything was lost, or another sound was heard, since `begin`; which it does again. How many packets there
   * were is asked only while this process, which has the phones, had time for them.
   */
  async expectWhole(sinceMs: number): Promise<void> {
    const beganMs = performance.now() - sinceMs;
    // After a long pause timers come before the packets that wait in the sockets.
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
    const busy = this.#phones.some(({ phone }) => phone.stuttersMs.some((atMs) => atMs >= beganMs));
    for (const [n, end] of this.#phones.entries()) {
      const { phone, hears } = end;
      const heard = phone.heard.splice(0);
      const singer = this.#phones[1 - n]!.phone;
      if (!busy) expect(heard.length).toBeGreaterThan((sinceMs / FRAME_MS) * MOST);
      const gaps = heard
        .slice(1)
        .filter((packet, i) => ((packet.sequenceNumber - heard[i]!.sequenceNumber) & 0xffff) !== 1);
      expect(gaps).toEqual([]);
      for (let at = 0; at + WINDOW <= heard.length; at += WINDOW) {
        const window = heard.slice(at, at + WINDOW);
        // What stutters because the machine is busy elsewhere says nothing about the strangers.
        if (stutters(window, singer.stuttersMs)) continue;
        end.windows++;
        const samples = window.flatMap((packet) => [...packet.samples]);
        if (toneLevelDbfs(Int16Array.from(samples), hears, RATE) > HEARD_DBFS) end.good++;
      }
      if (end.windows < WINDOWS) continue;
      expect(end.good / end.windows).toBeGreaterThan(MOST);
      [end.windows, end.good] = [0, 0];
    }
  }

  /** Hangs up. What the media thread reported last says that it got every packet. */
  async end(): Promise<void> {
    for (const { legId, phone } of this.#phones) {
      phone.hush();
      this.#edge.closeLeg(legId);
      await expect.poll(() => lastLoss(phone)).toBe(0);
      phone.close();
    }
  }
}

/** Whether the singer, or whoever sent these packets on, had no time to be even, shortly before or during them. */
function stutters(window: readonly { atMs: number }[], singerMs: readonly number[]): boolean {
  const [from, to] = [window[0]!.atMs - STUTTER_LASTS_MS, window.at(-1)!.atMs];
  const late = window.slice(1).some(({ atMs }, i) => atMs - window[i]!.atMs > LATE_MS);
  return late || singerMs.some((atMs) => atMs >= from && atMs <= to);
}

/** Packets of the phone that its last report calls lost; undefined before the goodbye. */
function lastLoss(phone: RtpPhone): number | undefined {
  const reading = readRtcp(phone.reports.at(-1) ?? new Uint8Array());
  if (!('packets' in reading) || reading.packets.at(-1)?.kind !== 'goodbye') return undefined;
  const [report] = reading.packets;
  return report?.kind === 'sender-report' ? report.blocks[0]?.cumulativeLost : undefined;
}
