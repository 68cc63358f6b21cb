import { describe, expect, it } from 'vitest';
import { levelDbfs, PCMU, tone } from '#audio';
import { FRAME_MS, FrameClock, SLOTS } from './frame-clock.ts';
import { LegSender, type StreamStart } from './leg-sender.ts';
import { G711Encoder, NarrowSound } from './narrow-sound.ts';
import { Player } from './player.ts';
import { LATCH_PACKETS, SourceLatch } from './source-latch.ts';
import { SpareTime } from './spare-time.ts';

describe('the frame clock', () => {
  it('does not drift, whatever the lateness of the ticks', () => {
    const clock = new FrameClock(1000.25);
    for (let n = 0; n < 50 * SLOTS * 60; n++) {
      expect(clock.catchUp(clock.dueMs + (n % 7))).toBe(0);
      clock.advance();
    }
    expect(clock.dueMs).toBe(1000.25 + 60_000);
    expect([clock.cycle, clock.slot]).toEqual([3000, 0]);
  });

  it('leaves out whole cycles when far behind, so that no slot is served twice in a burst', () => {
    const clock = new FrameClock(0);
    clock.advance();
    expect(clock.catchUp(205)).toBe(10);
    expect([clock.cycle, clock.slot]).toEqual([10, 1]);
    expect(205 - clock.dueMs).toBeLessThan(FRAME_MS);
  });

  it('knows in which cycle a slot comes next', () => {
    const clock = new FrameClock(0);
    clock.advance();
    expect([clock.nextCycleOf(0), clock.nextCycleOf(1), clock.nextCycleOf(3)]).toEqual([1, 0, 0]);
  });
});

describe('the source latch', () => {
  const from = (latch: SourceLatch, address: string, port: number, count: number, first = 0, ssrc = 1) =>
    Array.from({ length: count }, (_, n) => latch.accepts(address, port, ssrc, (first + n) & 0xffff));

  function negotiated(): SourceLatch {
    const latch = new SourceLatch();
    latch.negotiate('10.0.0.1', 4000);
    return latch;
  }

  it('takes packets from the SDP address, and then from nobody else', () => {
    const latch = negotiated();
    expect(from(latch, '10.0.0.1', 4000, 1)).toEqual([true]);
    expect(from(latch, '10.0.0.9', 4000, 9)).toEqual(new Array(9).fill(false));
    expect([latch.address, latch.latched]).toEqual(['10.0.0.1', false]);
  });

  it('follows another source after three packets in a row, across the sequence wraparound, and only one', () => {
    const latch = negotiated();
    expect(from(latch, '192.0.2.7', 6000, 4, 65_534)).toEqual([false, false, true, true]);
    expect([latch.address, latch.port, latch.latched]).toEqual(['192.0.2.7', 6000, true]);
    expect(from(latch, '192.0.2.8', 6000, 9)).toEqual(new Array(9).fill(false));
  });

  it('is not led by a spray of packets, other streams in between, or privileged ports', () => {
    const latch = negotiated();
    for (let n = 0; n < 20; n++) expect(latch.accepts('192.0.2.7', 6000, n, 5)).toBe(false);
    for (let n = 0; n < 20; n++)
      expect(latch.accepts(n % 2 ? '192.0.2.7' : '192.0.2.8', 6000, 1, n)).toBe(false);
    expect(from(latch, '192.0.2.7', 53, LATCH_PACKETS + 2)).not.toContain(true);
  });

  it('goes back to the SDP address when that one is heard, for good', () => {
    const latch = negotiated();
    from(latch, '192.0.2.7', 6000, 5);
    expect(from(latch, '10.0.0.1', 4000, 1)).toEqual([true]);
    expect(latch.address).toBe('10.0.0.1');
    expect(from(latch, '192.0.2.7', 6000, 5, 5)).not.toContain(true);
  });

  it('keeps what it learned when the same address is negotiated again, and forgets it for another', () => {
    const latch = negotiated();
    from(latch, '192.0.2.7', 6000, 5);
    latch.negotiate('10.0.0.1', 4000);
    expect(from(latch, '192.0.2.7', 6000, 1, 5)).toEqual([true]);
    latch.negotiate('10.0.0.2', 4000);
    expect(latch.address).toBe('10.0.0.2');
  });
});

describe('the player', () => {
  it('plays the samples as often as asked, without a gap', () => {
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

  it('is through with empty audio at once', () => {
    const player = new Player();
    player.start({ playId: 'p', samples: new Int16Array(), repeat: 1_000 });
    expect([player.read(new Int16Array(8)), player.exhausted]).toEqual([0, true]);
  });
});

const telephoneSender = (start: StreamStart) =>
  new LegSender(start, new NarrowSound(new G711Encoder(PCMU)), 0);

describe('spare time', () => {
  it('does what waits, in order, some in each pause, and at least one piece', () => {
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
  it('starts a prompt with its first samples, and ends it softly within a frame', () => {
    const sender = telephoneSender({ ssrc: 1, sequenceNumber: 65_535, timestamp: 2 ** 32 - 80 });
    const player = new Player();
    const next = (cycle: number) => sender.next(cycle, { player, mix: undefined, mixFrame: 0 }).slice();
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

  it('marks the first packet after frames were left out, with the gap in the timestamps', () => {
    const sender = telephoneSender({ ssrc: 1, sequenceNumber: 0, timestamp: 0 });
    const player = new Player();
    player.start({ playId: 'p', samples: tone(440, 8000, 8000), repeat: 1 });
    const next = (cycle: number) => sender.next(cycle, { player, mix: undefined, mixFrame: 0 }).slice(0, 8);
    expect(next(0)[1]).toBe(0x80);
    expect(next(1)[1]).toBe(0);
    expect([...next(5)]).toEqual([0x80, 0x80, 0, 3, 0, 0, 3, 32]);
  });
});
