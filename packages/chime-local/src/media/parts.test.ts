import { describe, expect, it } from 'vitest';
import { levelDbfs, PCMU, tone } from '#audio';
import { createRtpHeader, readRtpHeader } from '#rtp';
import { FRAME_MS, FrameClock, MAX_BEHIND_MS, SLOT_MS, SLOTS } from './frame-clock.ts';
import { FrameLoop } from './frame-loop.ts';
import { LegSender, type StreamStart } from './leg-sender.ts';
import { G711Encoder, NarrowSound } from './narrow-sound.ts';
import { OutgoingKeys } from './outgoing-keys.ts';
import { Player } from './player.ts';
import { SpareTime } from './spare-time.ts';

describe('the frame clock', () => {
  it('The frame clock does not drift, however late its ticks are', () => {
    const clock = new FrameClock(1000.25);
    for (let n = 0; n < 50 * SLOTS * 60; n++) {
      expect(clock.catchUp(clock.dueMs + (n % 7))).toBe(0);
      clock.advance();
    }
    expect(clock.dueMs).toBe(1000.25 + 60_000);
    expect([clock.cycle, clock.slot]).toEqual([3000, 0]);
  });

  it('The frame clock skips whole cycles when it is far behind', () => {
    const clock = new FrameClock(0);
    clock.advance();
    expect(clock.catchUp(205)).toBe(10);
    expect([clock.cycle, clock.slot]).toEqual([10, 1]);
    expect(205 - clock.dueMs).toBeLessThan(FRAME_MS);
  });

  it('The frame clock knows the cycle in which a slot ticks next', () => {
    const clock = new FrameClock(0);
    clock.advance();
    expect([clock.nextCycleOf(0), clock.nextCycleOf(1), clock.nextCycleOf(3)]).toEqual([1, 0, 0]);
  });
});

describe('the frame loop', () => {
  it('The frame loop sleeps through slots with nothing to do', async () => {
    const clock = new FrameClock(performance.now());
    const served: number[] = [];
    let told = (): void => {};
    const done = new Promise<void>((resolve) => {
      told = resolve;
    });
    const loop = new FrameLoop({
      clock,
      nowMs: () => performance.now(),
      bell: new Int32Array(new SharedArrayBuffer(4)),
      isNeeded: () => served.length < 5,
      mayPass: (slot) => slot !== 2,
      serve: () => served.push(clock.slot) === 5 && told(),
      settle() {},
      load: () => 'light',
      onLate() {},
    });
    loop.wake();
    await done;
    expect(served).toEqual([2, 2, 2, 2, 2]);
  });

  it('The frame loop refuses calls while slots take too long', async () => {
    let nowMs = 0;
    let mostBehindMs = 0;
    const clock = new FrameClock(nowMs);
    const told: { late: boolean; atS: number }[] = [];
    let done = (): void => {};
    const end = new Promise<void>((resolve) => {
      done = resolve;
    });
    const loop = new FrameLoop({
      clock,
      nowMs: () => nowMs,
      bell: new Int32Array(new SharedArrayBuffer(4)),
      isNeeded: () => told.length < 2,
      mayPass: () => false,
      // A slot of 5 ms takes 12 ms at first, and later exactly as long as it may.
      serve: () => {
        mostBehindMs = Math.max(mostBehindMs, nowMs - clock.dueMs);
        nowMs = told.length === 0 ? nowMs + 12 : clock.dueMs + SLOT_MS;
      },
      settle() {},
      load: () => 'heavy',
      onLate(late) {
        told.push({ late, atS: Math.floor(nowMs / 1_000) });
        if (told.length === 2) done();
      },
    });
    loop.wake();
    await end;
    expect(told).toEqual([
      { late: true, atS: 1 },
      { late: false, atS: expect.any(Number) },
    ]);
    expect(told[1]!.atS - told[0]!.atS).toBeGreaterThanOrEqual(3);
    // Frames are skipped instead of being sent later and later.
    expect(mostBehindMs).toBeLessThan(2 * MAX_BEHIND_MS);
  });
});

describe('the player', () => {
  it('The player plays samples as often as asked, without a gap', () => {
    const player = new Player();
    const out = new Int16Array(8);
    player.start({ playId: 'p', samples: Int16Array.of(1, 2, 3, 4, 5), repeat: 2 });
    expect([player.read(out), ...out]).toEqual([8, 1, 2, 3, 4, 5, 1, 2, 3]);
    expect(player.exhausted).toBe(false);
    expect([player.read(out), out[0], out[1]]).toEqual([2, 4, 5]);
    expect(player.exhausted).toBe(true);
    player.stop();
    expect([player.read(out), player.serial, player.playId]).toEqual([0, 0, undefined]);
  });

  it('The player is done at once with empty audio', () => {
    const player = new Player();
    player.start({ playId: 'p', samples: new Int16Array(), repeat: 1_000 });
    expect([player.read(new Int16Array(8)), player.exhausted]).toEqual([0, true]);
  });
});

const telephoneSender = (start: StreamStart) =>
  new LegSender(start, new NarrowSound(new G711Encoder(PCMU)), 0);

describe('spare time', () => {
  it('Waiting work is done in spare time in order, piece by piece', () => {
    let now = 0;
    const spare = new SpareTime(() => now);
    const done: number[] = [];
    for (const ms of [3, 0.4, 0.4, 0.4, 0]) {
      spare.add(() => {
        now += ms;
        done.push(ms);
      });
    }
    const pauses = Array.from({ length: 4 }, () => {
      spare.spend();
      return done.splice(0);
    });
    expect(pauses).toEqual([[3], [0.4, 0.4, 0.4], [0], []]);
  });
});

describe('the leg sender', () => {
  it('A prompt starts with its first samples and ends softly', () => {
    const sender = telephoneSender({ ssrc: 1, sequenceNumber: 65_535, timestamp: 2 ** 32 - 80 });
    const player = new Player();
    const next = (cycle: number) => sender.next(cycle, { player, mix: undefined, mixFrame: 0 })!.slice();
    const silence = next(0);
    expect(silence.subarray(12).every((code) => code === PCMU.silence)).toBe(true);
    expect([silence[1], silence[2], silence[3]]).toEqual([0x80, 0, 0]);
    player.start({ playId: 'p', samples: new Int16Array(200).fill(8_000), repeat: 1 });
    const first = Int16Array.from(next(1).subarray(12), (code) => PCMU.toLinear[code]!);
    expect(levelDbfs(first, 8)).toBeCloseTo(levelDbfs(new Int16Array(160).fill(8_000)), 0);
    const packet = next(2);
    expect([...packet.subarray(1, 8)]).toEqual([0, 0, 2, 0, 0, 0, 240]);
    const second = Int16Array.from(packet.subarray(12), (code) => PCMU.toLinear[code]!);
    expect(Math.abs(second[39]!)).toBeLessThan(200);
    expect(levelDbfs(second, 40)).toBeLessThan(-100);
  });

  it('The sender marks the first packet after a gap', () => {
    const sender = telephoneSender({ ssrc: 1, sequenceNumber: 0, timestamp: 0 });
    const player = new Player();
    player.start({ playId: 'p', samples: tone(440, 8000, 8000), repeat: 1 });
    const next = (cycle: number) => sender.next(cycle, { player, mix: undefined, mixFrame: 0 })!.slice(0, 8);
    expect(next(0)[1]).toBe(0x80);
    expect(next(1)[1]).toBe(0);
    expect([...next(5)]).toEqual([0x80, 0x80, 0, 3, 0, 0, 3, 32]);
  });

  it('T-081 All packets of a key have one timestamp, however late the clock', () => {
    const sender = telephoneSender({ ssrc: 1, sequenceNumber: 0, timestamp: 0 });
    const keys = new OutgoingKeys({ playId: 'p', keys: '11', toneMs: 100, gapMs: 100, commaMs: 500 }, 160);
    const header = createRtpHeader();
    const sent: [timestamp: number, marker: boolean][] = [];
    // Three of every five cycles are skipped.
    for (let cycle = 0; !keys.done; cycle += cycle % 5 === 2 ? 4 : 1) {
      const key = keys.next();
      if (!key) continue;
      expect(readRtpHeader(sender.key(cycle, key, 101), header)).toBeUndefined();
      sent.push([header.timestamp, header.marker]);
    }
    const [first = [], second = []] = [sent.slice(0, 8), sent.slice(8)];
    expect(first).toEqual(first.map((_, at) => [0, at === 0]));
    expect(second).toEqual(second.map((_, at) => [second[0]?.[0], at === 0]));
    expect(second).toHaveLength(8);
  });
});
