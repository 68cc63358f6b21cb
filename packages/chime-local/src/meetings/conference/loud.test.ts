import { describe, expect, it } from 'vitest';
import { tone } from '#audio';
import type { Attendee } from './attendee.ts';
import { Meeting } from './meeting.ts';

const FRAME = 160;
const RATE = 8_000;
/** The largest 16-bit sample: one of that magnitude was clipped. */
const RAIL = 32_767;
const HZ = [440, 620, 800, 950, 1_100, 1_300, 1_500, 1_700, 1_900, 2_100, 2_300, 2_500];

/**
 * What a silent listener hears of that many talkers who say `voice(talker, sample)`, for that many frames.
 */
function heard(
  talkers: number,
  frames: number,
  voice: (talker: number, from: number) => Int16Array,
): Int16Array {
  const meeting = new Meeting('m', {
    createConverter: () => {
      throw new Error('one band alone needs no converter');
    },
  });
  const join = (id: string) => meeting.join(id, { band: 'narrow', muted: false, deaf: false });
  const all: Attendee[] = Array.from({ length: talkers }, (_, n) => join(`talker ${n}`));
  const listener = join('listener');
  const sound = new Int16Array(frames * FRAME);
  for (let frame = 0; frame < frames; frame++) {
    for (const [n, talker] of all.entries()) {
      talker.hasVoice = true;
      talker.voice.set(voice(n, frame * FRAME));
    }
    meeting.mix();
    sound.set(listener.heard.samples, frame * FRAME);
  }
  return sound;
}

const power = (samples: Float64Array) => samples.reduce((sum, sample) => sum + sample * sample, 0);

/**
 * The share of the sound that is not these tones, dB. Each pass removes what the others left of each tone.
 */
function distortionDb(sound: Int16Array, tones: readonly number[]): number {
  const rest = Float64Array.from(sound);
  for (let pass = 0; pass < 6; pass++) {
    for (const hz of tones) {
      const [re, im] = [Math.cos, Math.sin].map((wave) => {
        let sum = 0;
        for (let i = 0; i < rest.length; i++) sum += rest[i]! * wave((2 * Math.PI * hz * i) / RATE);
        return (2 * sum) / rest.length;
      }) as [number, number];
      for (let i = 0; i < rest.length; i++) {
        const phase = (2 * Math.PI * hz * i) / RATE;
        rest[i]! -= re * Math.cos(phase) + im * Math.sin(phase);
      }
    }
  }
  return 10 * Math.log10(power(rest) / power(Float64Array.from(sound)));
}

describe('loud talkers together', () => {
  it.each([
    [2, -4.3],
    [3, -2.7],
    [4, -2.7],
    [8, -1],
    [12, 0],
  ])('%d tones at %f dBFS are turned down, not distorted', (talkers, dbfs) => {
    const amplitude = 32_767 * 10 ** (dbfs / 20);
    const sound = heard(talkers, 250, (n, from) => tone(HZ[n]!, FRAME, RATE, amplitude, from));
    const tones = HZ.slice(0, talkers);
    expect(distortionDb(sound.subarray(50 * FRAME), tones)).toBeLessThan(-40);
    expect(sound.subarray(FRAME).filter((sample) => Math.abs(sample) >= RAIL)).toHaveLength(0);
  });

  it.each([3, 5, 8])('%d loud voices keep their waveform', (talkers) => {
    /** A voice: harmonics of a pitch, in syllables. */
    const voice = (n: number, from: number) =>
      Int16Array.from({ length: FRAME }, (_, i) => {
        const at = (from + i) / RATE;
        const syllable = Math.sqrt(Math.max(0, Math.sin(2 * Math.PI * (3 + 0.3 * n) * at + n)));
        let sum = 0;
        for (let k = 1; k <= 12; k++) sum += Math.sin(2 * Math.PI * (95 + 23 * n) * k * at + k * k) / k;
        return Math.max(-32_768, Math.min(32_767, Math.round(14_000 * syllable * sum)));
      });
    const frames = 200;
    const sound = heard(talkers, frames, voice);
    let [rest, whole] = [0, 0];
    // What a single gain for each 5 ms does not explain is a changed waveform.
    for (let at = 0; at < sound.length; at += FRAME / 4) {
      const sum = new Float64Array(FRAME / 4);
      const from = at - (at % FRAME);
      for (let n = 0; n < talkers; n++) {
        const said = voice(n, from);
        for (let i = 0; i < sum.length; i++) sum[i]! += said[at - from + i]!;
      }
      const part = sound.subarray(at, at + sum.length);
      const square = power(sum);
      const gain = square === 0 ? 1 : sum.reduce((all, sample, i) => all + sample * part[i]!, 0) / square;
      for (let i = 0; i < sum.length; i++) rest += (part[i]! - gain * sum[i]!) ** 2;
      whole += power(Float64Array.from(part));
    }
    expect(10 * Math.log10(rest / whole)).toBeLessThan(-30);
    expect(sound.filter((sample) => Math.abs(sample) >= RAIL)).toHaveLength(0);
  });
});
