import { describe, expect, it } from 'vitest';
import { continueSound, findClicks, levelDbfs, pitchPeriod, tone, toneLevelDbfs } from '#audio';
import { JitterBuffer, MAX_DELAY_MS } from './jitter-buffer.ts';

const RATE = 8000;
const FRAME = 160;

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function createBuffer(): JitterBuffer {
  return new JitterBuffer({
    sampleRate: RATE,
    frameSamples: FRAME,
    continuation: { pitchPeriod, continueSound },
  });
}

interface Packet {
  at: number;
  timestamp: number;
  samples: Int16Array;
}

/** Feeds packets in order of arrival and takes a frame every 20 ms until `endMs`. */
function play(buffer: JitterBuffer, packets: Packet[], endMs: number, firstTake = 3) {
  const queue = [...packets].sort((a, b) => a.at - b.at);
  const out = new Int16Array(Math.ceil((endMs - firstTake) / 20) * FRAME);
  const outcomes: string[] = [];
  let frames = 0;
  for (let now = firstTake; now < endMs; now += 20) {
    while (queue[0] && queue[0].at <= now) {
      const packet = queue.shift()!;
      buffer.put(packet.timestamp, packet.samples, packet.samples.length, packet.at);
    }
    outcomes.push(buffer.take(now, out.subarray(frames * FRAME, (frames + 1) * FRAME)));
    frames++;
  }
  return { out, outcomes };
}

/**
 * Creates `count` packets of `ptime` ms; `delay(n)` is the network's delay, undefined if the packet is lost.
 */
function send(
  count: number,
  delay: (n: number) => number | undefined,
  options: {
    sound?: (n: number, size: number) => Int16Array;
    first?: number;
    ptime?: number;
    rate?: number;
  } = {},
): Packet[] {
  const { first = 1000, ptime = 20, rate = 1 } = options;
  const size = (ptime * RATE) / 1000;
  const sound = options.sound ?? ((n: number) => tone(440, size, RATE, 8000, n * size));
  const packets: Packet[] = [];
  for (let n = 0; n < count; n++) {
    const extra = delay(n);
    if (extra === undefined) continue;
    packets.push({
      at: n * ptime * rate + extra,
      timestamp: (first + n * size) >>> 0,
      samples: sound(n, size),
    });
  }
  return packets;
}

describe('the jitter buffer', () => {
  it('An even stream is played back without clicks or losses', () => {
    const buffer = createBuffer();
    const { out, outcomes } = play(
      buffer,
      send(100, () => 5),
      2000,
    );
    const start = out.findIndex((sample) => sample !== 0);
    expect(start / 8).toBeLessThan(45);
    expect(findClicks(out.subarray(start))).toEqual([]);
    expect(outcomes.filter((outcome) => outcome === 'concealed')).toEqual([]);
    expect(buffer.late).toBe(0);
  });

  it.each([10, 30, 40, 60, 100, 190, 200])('Packets of %i ms are played without clicks', (ptime) => {
    const buffer = createBuffer();
    const { out } = play(
      buffer,
      send(3000 / ptime, () => 5, { ptime }),
      3000,
    );
    const tail = out.subarray(RATE);
    expect(toneLevelDbfs(tail, 440, RATE)).toBeGreaterThan(-13);
    expect(findClicks(tail)).toEqual([]);
  });

  it('Reordering, duplicates and the timestamp wraparound leave no trace', () => {
    const random = seeded(1);
    const packets = send(300, () => random() * 50, { first: 2 ** 32 - 20_000 });
    const twice = packets.flatMap((packet) => [packet, { ...packet, at: packet.at + 1 + random() * 60 }]);
    const buffer = createBuffer();
    const { out } = play(buffer, twice, 6000);
    const settled = out.subarray(RATE * 2, RATE * 5);
    expect(toneLevelDbfs(settled, 440, RATE)).toBeGreaterThan(-12.7);
    expect(findClicks(settled)).toEqual([]);
  });

  it('Single losses are concealed so that a tone hardly suffers', () => {
    const random = seeded(2);
    const { out, outcomes } = play(
      createBuffer(),
      send(500, () => (random() < 0.05 ? undefined : 3)),
      9900,
    );
    const settled = out.subarray(RATE);
    expect(outcomes.filter((outcome) => outcome === 'concealed').length).toBeGreaterThan(10);
    expect(findClicks(settled)).toEqual([]);
    expect(levelDbfs(settled)).toBeGreaterThan(-13.5);
  });

  it('A long gap fades to silence and ends (DTX, unplugged network)', () => {
    const gap = (n: number) => (n >= 50 && n < 100 ? undefined : 4);
    const { out, outcomes } = play(createBuffer(), send(150, gap), 2900);
    expect(findClicks(out.subarray(800))).toEqual([]);
    expect(levelDbfs(out, RATE * 1.2, RATE * 1.8)).toBeLessThan(-100);
    expect(toneLevelDbfs(out.subarray(RATE * 2.2), 440, RATE)).toBeGreaterThan(-13);
    expect(outcomes.slice(60, 95)).toEqual(new Array(35).fill('idle'));
  });

  it('The delay grows under jitter, within its bound, and shrinks afterwards', () => {
    const random = seeded(3);
    const quiet = () => new Int16Array(FRAME);
    const buffer = createBuffer();
    const jitter = (n: number) => (n < 500 ? random() * 80 : 2);
    const packets = send(2000, jitter, { sound: quiet });
    play(buffer, packets.slice(0, 500), 10_000);
    expect(buffer.targetDelayMs).toBeGreaterThan(60);
    expect(buffer.targetDelayMs).toBeLessThanOrEqual(MAX_DELAY_MS);
    const lateBefore = buffer.late;
    expect(lateBefore).toBeLessThan(30);
    play(buffer, packets.slice(500), 39_900, 10_003);
    expect(buffer.targetDelayMs).toBeLessThan(15);
    expect(buffer.bufferedMs).toBeLessThan(45);
    expect(buffer.late - lateBefore).toBe(0);
  });

  it('A stall of the network loses no late packet; the delay recovers', () => {
    const stall = (n: number) => (n >= 100 && n < 107 ? 141 - (n - 100) * 20 : 2);
    const buffer = createBuffer();
    const { out } = play(buffer, send(1000, stall), 19_900);
    expect(findClicks(out.subarray(800))).toEqual([]);
    expect(buffer.late).toBeLessThan(6);
    expect(buffer.bufferedMs).toBeLessThan(80);
  });

  it.each([150e-6, -150e-6])('The buffer absorbs a clock off by %f for twenty minutes', (drift) => {
    const random = seeded(4);
    const word = tone(300, FRAME, RATE, 6000);
    const pause = new Int16Array(FRAME);
    const talk = (n: number) => (n % 250 < 150 ? word : pause);
    const buffer = createBuffer();
    const count = 60_000;
    const packets = send(count, () => random() * 4, { sound: talk, rate: 1 + drift });
    const end = count * 20 * (1 + drift) - 100;
    let concealed = 0;
    let next = 0;
    const out = new Int16Array(FRAME);
    for (let now = 3; now < end; now += 20) {
      for (; next < packets.length && packets[next]!.at <= now; next++) {
        const packet = packets[next]!;
        buffer.put(packet.timestamp, packet.samples, FRAME, packet.at);
      }
      if (buffer.take(now, out) === 'concealed') concealed++;
    }
    expect(concealed).toBeLessThan(10);
    expect(buffer.late).toBeLessThan(10);
    expect(buffer.bufferedMs).toBeLessThan(60);
    // 1200 s * 150 ppm = 0.18 s must be skipped or repeated.
    const moved = buffer.skippedSamples - buffer.repeatedSamples;
    expect(moved * -Math.sign(drift)).toBeGreaterThan(1_000);
  });

  it('Drift is absorbed without a click in a tone that never pauses', () => {
    const buffer = createBuffer();
    const { out } = play(
      buffer,
      send(15_000, () => 2, { rate: 0.999 }),
      299_000,
    );
    expect(buffer.skippedSamples).toBeGreaterThan(800);
    expect(findClicks(out.subarray(RATE))).toEqual([]);
    expect(buffer.bufferedMs).toBeLessThan(80);
  });

  it('A timestamp jump is followed after two packets; stray packets are ignored', () => {
    const buffer = createBuffer();
    const first = send(100, () => 2);
    const stray = { at: 1001, timestamp: 3_000_000_000, samples: tone(2000, FRAME, RATE, 20_000) };
    const second = send(100, () => 2, { first: 77_000_000 }).map((p) => ({ ...p, at: p.at + 2000 }));
    const { out } = play(buffer, [...first, stray, ...second], 3900);
    expect(toneLevelDbfs(out, 2000, RATE)).toBeLessThan(-60);
    expect(toneLevelDbfs(out.subarray(RATE * 2.5, RATE * 3.5), 440, RATE)).toBeGreaterThan(-13);
  });

  it.each([
    ['1 sample to either side', () => -1, 1],
    ['-7 to 5 samples (KVS-webrtc-c#1607)', () => -7, 5],
    ['up to a fifth of a packet', () => -16, 16],
  ])('Timestamps that are off by %s cause no audible change', (_, least, most) => {
    for (const [ptime, loss] of [
      [20, 0],
      [30, 0],
      [20, 0.03],
    ] as const) {
      const random = seeded(6);
      const packets = send(3000 / ptime, () => (random() < loss ? undefined : random() * 8), { ptime });
      for (const packet of packets) {
        packet.timestamp += Math.round(least() + random() * (most - least()));
      }
      const { out } = play(createBuffer(), packets, 2900);
      const settled = out.subarray(RATE / 2);
      expect(findClicks(settled)).toEqual([]);
      // A tone of amplitude 8000 is at -12.2 dBFS; 95 % of its power is 0.2 dB less, and losses cost half a
      // dB more.
      expect(toneLevelDbfs(settled, 440, RATE)).toBeGreaterThan(loss > 0 ? -13 : -12.45);
    }
  });

  it('Reordered packets with inexact timestamps are put in order', () => {
    const random = seeded(8);
    const packets = send(300, () => random() * 50);
    for (const packet of packets) packet.timestamp += Math.round(random() * 10 - 5);
    const { out } = play(createBuffer(), packets, 5900);
    const settled = out.subarray(RATE * 2);
    expect(findClicks(settled)).toEqual([]);
    expect(toneLevelDbfs(settled, 440, RATE)).toBeGreaterThan(-12.7);
  });

  it.each([0.002, 0.01])('A clock that wobbles by %f is followed without a click', (wobble) => {
    const packets = send(1_500, () => 0);
    for (const [n, packet] of packets.entries()) {
      // The clock is alternately too fast and too slow, for five seconds each.
      packet.at =
        n * 20 + (wobble * 10_000 * (1 - Math.cos((2 * Math.PI * n * 20) / 10_000))) / (2 * Math.PI);
    }
    const { out } = play(createBuffer(), packets, 29_500);
    const settled = out.subarray(RATE);
    expect(findClicks(settled)).toEqual([]);
    expect(levelDbfs(settled)).toBeGreaterThan(-12.5);
  });

  it('A stream starts anew after a reset', () => {
    const buffer = createBuffer();
    play(
      buffer,
      send(50, () => 2),
      1000,
    );
    buffer.reset();
    const out = new Int16Array(FRAME).fill(9);
    expect(buffer.take(1003, out)).toBe('idle');
    expect(Math.max(...out)).toBe(0);
  });

  it("Packets of 10 ms shorten a voice's delay by 10 ms", () => {
    /**
     * The delay of the last click in a stream, ms, from when it is spoken until it is played. Packets arrive
     * `phase` ms after a frame.
     */
    const wait = (ptime: number, phase: number): number => {
      const clicking = 12_000 / ptime;
      const sound = (n: number, size: number) => new Int16Array(size).fill(n === clicking ? 9_000 : 0, 0, 1);
      const packets = send(1.2 * clicking, () => phase, { ptime, sound });
      const { out } = play(createBuffer(), packets, 14_000, 0);
      const at = out.findIndex((sample) => sample > 4_000);
      const saidMs = packets[clicking]!.at - ptime;
      return 20 * Math.floor(at / FRAME) + ((at % FRAME) * 1_000) / RATE - saidMs;
    };
    const waits = (ptime: number) => Array.from({ length: 20 }, (_, phase) => wait(ptime, phase));
    const [short, usual] = [waits(10), waits(20)];
    expect(Math.max(...short)).toBeLessThanOrEqual(Math.max(...usual) - 9);
    expect(Math.min(...short)).toBe(Math.min(...usual));
  });

  it('Random packets at random times never overfill the buffer', () => {
    const random = seeded(5);
    const buffer = createBuffer();
    const out = new Int16Array(FRAME);
    let now = 0;
    for (let n = 0; n < 30_000; n++) {
      now += random() * 20;
      const wild = random() < 0.2;
      const timestamp = wild ? Math.floor(random() * 2 ** 32) : (n * 160) >>> 0;
      const count = Math.floor(random() * (wild ? 1500 : 400));
      buffer.put(timestamp, tone(500, count, RATE), count, now);
      if (random() < 0.7) buffer.take(now, out);
      expect(buffer.bufferedMs).toBeLessThanOrEqual(400);
    }
  });
});

describe('the jitter buffer when a machine is overloaded', () => {
  /**
   * Sender and reader each sleep for a random time up to these ms; the reader skips cycles as the mixer's
   * clock does.
   */
  function strain(senderMs: number, readerMs: number) {
    const END_MS = 20_000;
    const random = seeded(7);
    const buffer = createBuffer();
    const out = new Int16Array(FRAME);
    const network: number[] = [];
    const outcomes: string[] = [];
    const calm: string[] = [];
    let [sent, due, sends, reads] = [0, 7, 0, 0];
    for (let now = 0; now < END_MS + 2_000; now++) {
      const isCalm = now > END_MS;
      if (now >= sends) {
        for (; sent * 20 <= now; sent++) network.push(sent);
        sends = now + (isCalm ? 5 : 1 + random() * senderMs);
      }
      if (now < reads) continue;
      if (now - due >= 40) due += 20 * Math.floor((now - due) / 20);
      for (; due <= now; due += 20) (isCalm ? calm : outcomes).push(buffer.take(due, out));
      for (const n of network.splice(0)) {
        buffer.put(n * FRAME, tone(440, FRAME, RATE, 8000, n * FRAME), FRAME, now);
      }
      reads = now + (isCalm ? 5 : 1 + random() * readerMs);
    }
    const share = (outcome: string) => outcomes.filter((other) => other === outcome).length / outcomes.length;
    return { waiting: share('waiting'), sound: share('sound'), calm };
  }

  it.each([
    ['sender', 600, 10],
    ['reader', 10, 600],
    ['sender and reader', 400, 400],
  ])('The buffer recovers as soon as stalls of the %s end', (_, ...ms) => {
    const { waiting, sound, calm } = strain(...ms);
    expect(waiting).toBeLessThan(0.08);
    expect(sound).toBeGreaterThan(0.6);
    expect(calm.indexOf('sound')).toBeLessThan(35);
    expect(calm.slice(40).filter((outcome) => outcome !== 'sound')).toEqual([]);
  });
});
