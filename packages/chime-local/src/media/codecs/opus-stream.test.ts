import { Encoder } from '@evan/opus/wasm/index.mjs';
import { describe, expect, it } from 'vitest';
import { continueSound, findClicks, levelDbfs, pitchPeriod, tone, toneLevelDbfs } from '#audio';
import { type Band, FORMS } from '#conference';
import { JitterBuffer } from '#rtp';
import { OpusStream } from './opus-stream.ts';

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Frames until the jitter buffer has adapted to the network. */
const SETTLED_AFTER = 100;

interface Packet {
  at: number;
  timestamp: number;
  bytes: Uint8Array;
}

/** Packets of a tone, as a browser sends them. */
function send(count: number, options: { first?: number; frameMs?: number } = {}): Packet[] {
  const { first = 5_000, frameMs = 20 } = options;
  const samples = frameMs * 48;
  const browser = new Encoder({ channels: 1, sample_rate: 48_000, application: 'voip' });
  return Array.from({ length: count }, (_, n) => ({
    at: n * frameMs,
    timestamp: (first + n * samples) >>> 0,
    bytes: browser.encode(tone(443, samples, 48_000, 8_000, n * samples)),
  }));
}

/** The sound that is heard of the packets when a frame is taken every 20 ms. */
function listen(packets: Packet[], band: Band, endMs: number) {
  const { sampleRate, frameSamples } = FORMS[band];
  const stream = new OpusStream(band);
  const jitter = new JitterBuffer({ sampleRate, frameSamples, continuation: { pitchPeriod, continueSound } });
  const queue = [...packets].sort((a, b) => a.at - b.at);
  const heard = new Int16Array((endMs / 20) * frameSamples);
  let [concealed, mostWaiting, damaged] = [0, 0, 0];
  for (let n = 0; n < endMs / 20; n++) {
    const now = n * 20 + 5;
    while (queue[0] && queue[0].at <= now) {
      const { timestamp, bytes, at } = queue.shift()!;
      if (!stream.put(timestamp, bytes, at, jitter)) damaged++;
      mostWaiting = Math.max(mostWaiting, stream.waiting);
    }
    stream.settle(jitter);
    const outcome = jitter.take(now, heard.subarray(n * frameSamples, (n + 1) * frameSamples));
    if (outcome === 'concealed' && n > SETTLED_AFTER) concealed++;
  }
  stream.close();
  const settled = heard.subarray(20 * frameSamples);
  return { heard, settled, concealed, mostWaiting, damaged, sampleRate };
}

describe.each(['narrow', 'full'] as const)('an Opus stream in the %s band', (band) => {
  it('Opus packets are put in order across the wraparound, without duplicates', () => {
    const random = seeded(7);
    const packets = send(600, { first: 2 ** 32 - 200_000 }).flatMap((packet) => {
      const late = { ...packet, at: packet.at + (random() < 0.1 ? 45 : 0) };
      return random() < 0.1 ? [late, { ...late, at: late.at + 70 * random() }] : [late];
    });
    const { settled, sampleRate, concealed, mostWaiting } = listen(packets, band, 11_900);
    expect(findClicks(settled)).toEqual([]);
    expect(toneLevelDbfs(settled.subarray(sampleRate), 443, sampleRate)).toBeGreaterThan(-12.5);
    expect(mostWaiting).toBeGreaterThan(1);
    // About fifty packets came late; each of them would be lost if the stream did not wait.
    expect(concealed).toBeLessThan(25);
  });

  it('A lost Opus packet is awaited only until its sound is due', () => {
    const random = seeded(8);
    const packets = send(500).filter(() => random() > 0.05);
    const { settled, sampleRate, concealed } = listen(packets, band, 9_900);
    expect(findClicks(settled)).toEqual([]);
    expect(toneLevelDbfs(settled, 443, sampleRate)).toBeGreaterThan(-13);
    expect(concealed).toBeLessThan(40);
  });

  it.each([10, 40, 60])('Opus packets of %i ms are accepted', (frameMs) => {
    const { settled, sampleRate, concealed } = listen(send(4_000 / frameMs, { frameMs }), band, 3_900);
    expect(findClicks(settled)).toEqual([]);
    expect(concealed).toBe(0);
    expect(toneLevelDbfs(settled, 443, sampleRate)).toBeCloseTo(-12.2, 1);
  });

  it('An Opus stream is silent while its sender pauses, then continues', () => {
    const packets = send(200).filter((_, n) => n < 60 || n >= 100);
    const { heard, sampleRate } = listen(packets, band, 3_900);
    expect(levelDbfs(heard, sampleRate * 1.4, sampleRate * 1.9)).toBe(-120);
    expect(toneLevelDbfs(heard.subarray(sampleRate * 2.5), 443, sampleRate)).toBeCloseTo(-12.2, 1);
    expect(findClicks(heard.subarray(sampleRate / 2))).toEqual([]);
  });

  it('An Opus stream may restart at an earlier or later timestamp', () => {
    for (const jump of [-1_000_000_000, 1_000_000_000]) {
      const again = send(100, { first: (5_000 + jump) >>> 0 }).map((p) => ({ ...p, at: p.at + 2_000 }));
      const { heard, sampleRate } = listen([...send(100), ...again], band, 3_900);
      expect(toneLevelDbfs(heard.subarray(sampleRate * 2.5), 443, sampleRate)).toBeCloseTo(-12.2, 1);
    }
  });

  it('The stream survives any bytes at any timestamp, with few packets waiting', () => {
    const random = seeded(9);
    const good = send(400);
    const wild = Array.from({ length: 2_000 }, () => ({
      at: random() * 8_000,
      timestamp: random() < 0.5 ? Math.floor(random() * 2 ** 32) : 5_000 + Math.floor(random() * 400_000),
      bytes: Uint8Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256)),
    }));
    const { mostWaiting, damaged } = listen([...good, ...wild], band, 9_000);
    expect(mostWaiting).toBeLessThanOrEqual(10);
    expect(damaged).toBeGreaterThan(10);
  });
});
