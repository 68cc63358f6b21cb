import { expect } from 'vitest';
import { toneLevelDbfs } from '#audio';
import type { MediaEdge } from '#media-edge';
import { readRtcp } from '#rtp';
import { RtpPhone } from '../../packages/chime-local/src/media/testing/rtp-phone.ts';

const RATE = 8_000;
const FRAME_MS = 20;
/** Packets of a window in which the other telephone must be heard. */
const WINDOW = 10;
/** The lowest level, in dBFS, that a tone of amplitude 5000 may have in a window. */
const HEARD_DBFS = -22;
/** Turns of the event loop in which everything that waits in the sockets is read. */
const TURNS = 20;
/** Milliseconds between packets above which the sending thread must have waited for its processor. */
const LATE_MS = 60;
/** Milliseconds for which a stutter has an effect: at most the jitter buffer's contents and the way back. */
const STUTTER_LASTS_MS = 500;
/** Share of the packets and windows that must be good even on a busy machine: the phones share this process. */
const MOST = 0.7;
/** Windows of a phone that are judged together: among only a few, one unnoticed stutter would be a large share. */
const WINDOWS = 20;

/** Two telephones in a meeting, each of which hears the other's tone. */
export class GoodCall {
  readonly #edge: MediaEdge;
  readonly #phones: {
    legId: string;
    phone: RtpPhone;
    port: number;
    hears: number;
    /** Windows since the last judgement, and how many of them contained the other telephone. */
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

  /** The ports that the two send their RTP to. */
  get ports(): number[] {
    return this.#phones.map(({ port }) => port);
  }

  /** Each phone sends these bytes from its own port, in addition to its voice. */
  sendAlso(bytes: Uint8Array): void {
    for (const { phone, port } of this.#phones) phone.send(bytes, port);
  }

  /** Discards what was heard until now. */
  begin(): void {
    for (const { phone } of this.#phones) phone.heard.splice(0);
  }

  /**
   * Fails if anything was lost, or another sound was heard, since `begin` or the previous check. The number
   * of packets is checked only if this process, which contains the phones, had time for them.
   */
  async expectWhole(sinceMs: number): Promise<void> {
    const beganMs = performance.now() - sinceMs;
    // After a long pause, timers run before the packets that wait in the sockets are read.
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
        // A stutter that is due to a busy machine says nothing about the strangers.
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

  /** Hangs up. The media thread's last report must say that it received every packet. */
  async end(): Promise<void> {
    for (const { legId, phone } of this.#phones) {
      phone.hush();
      this.#edge.closeLeg(legId);
      await expect.poll(() => lastLoss(phone)).toBe(0);
      phone.close();
    }
  }
}

/** Whether the singing phone, or the sender of these packets, stuttered shortly before or during them. */
function stutters(window: readonly { atMs: number }[], singerMs: readonly number[]): boolean {
  const [from, to] = [window[0]!.atMs - STUTTER_LASTS_MS, window.at(-1)!.atMs];
  const late = window.slice(1).some(({ atMs }, i) => atMs - window[i]!.atMs > LATE_MS);
  return late || singerMs.some((atMs) => atMs >= from && atMs <= to);
}

/** Packets of the phone that the last report calls lost; undefined before the BYE. */
function lastLoss(phone: RtpPhone): number | undefined {
  const reading = readRtcp(phone.reports.at(-1) ?? new Uint8Array());
  if (!('packets' in reading) || reading.packets.at(-1)?.kind !== 'goodbye') return undefined;
  const [report] = reading.packets;
  return report?.kind === 'sender-report' ? report.blocks[0]?.cumulativeLost : undefined;
}
