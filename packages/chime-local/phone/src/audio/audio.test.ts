import { describe, expect, it } from 'vitest';
import { loudness } from './level.ts';
import { keepPreferences, readPreferences, USUAL } from './preferences.ts';
import { readQuality } from './quality.ts';

describe('loudness', () => {
  const sine = (peak: number) => Float32Array.from({ length: 4096 }, (_, n) => peak * Math.sin(n / 7));

  it('Loudness rises from silence to full scale linearly in decibels', () => {
    expect(loudness(new Float32Array(4096))).toBe(0);
    expect(loudness(sine(1))).toBe(1);
    const [soft, loud] = [loudness(sine(0.02)), loudness(sine(0.1))];
    expect(soft).toBeGreaterThan(0.3);
    expect(loud - soft).toBeCloseTo(14 / 48, 1);
  });
});

describe('preferences', () => {
  const store = (text: string | null) => ({ getItem: () => text });

  it('Missing or invalid preferences are replaced by the defaults', () => {
    for (const text of [null, '{', '7', '{"codec":"x","volume":9,"microphone":4}'])
      expect(readPreferences(store(text))).toEqual(USUAL);
  });

  it('Preferences are read back as they were stored', () => {
    const chosen = { codec: 'PCMU', microphone: 'a', speaker: 'b', volume: 0.5, cleaned: false } as const;
    const kept: string[] = [];
    keepPreferences({ setItem: (_, value) => void kept.push(value) }, chosen);
    expect(readPreferences(store(kept[0] as string))).toEqual(chosen);
  });

  it('A full storage causes no error', () => {
    const full = {
      setItem() {
        throw new Error('full');
      },
    };
    expect(() => keepPreferences(full, USUAL)).not.toThrow();
  });
});

describe('quality', () => {
  const inbound = (packetsReceived: number, packetsLost: number) => ({
    ...{ type: 'inbound-rtp', kind: 'audio', packetsReceived, packetsLost, jitter: 0.004, codecId: 'c' },
  });
  const codec = { type: 'codec', id: 'c', mimeType: 'audio/PCMU' };
  const pair = { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.012 };

  it('Quality has round trip, jitter, codec, and loss since the last reading', () => {
    const first = readQuality([inbound(100, 10), codec, pair], undefined);
    expect(first.quality).toEqual({
      ...{ roundTripMs: 12, jitterMs: 4, codec: 'PCMU', lossPercent: expect.closeTo(9.09, 1) },
    });
    const second = readQuality([inbound(190, 20), codec, pair], first.counted);
    expect(second.quality.lossPercent).toBe(10);
  });

  it('The round trip reported by the receiver takes precedence', () => {
    const remote = { type: 'remote-inbound-rtp', roundTripTime: 0.03 };
    expect(readQuality([pair, remote], undefined).quality).toEqual({ roundTripMs: 30 });
    expect(readQuality([], undefined)).toEqual({ quality: {}, counted: undefined });
  });
});
