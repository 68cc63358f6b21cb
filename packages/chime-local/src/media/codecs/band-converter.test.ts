import { describe, expect, it } from 'vitest';
import { findClicks, levelDbfs, tone, toneLevelDbfs } from '#audio';
import { type Attendee, type Band, FORMS, Meeting } from '#conference';
import { createConverter } from './band-converter.ts';

/** Converts a sound of whole frames from one band to the other. */
function convert(from: Band, to: Band, sound: Int16Array): Int16Array {
  const converter = createConverter(from, to);
  const input = FORMS[from].frameSamples;
  const output = FORMS[to].frameSamples;
  const frames = sound.length / input;
  const out = new Int16Array(frames * output);
  for (let n = 0; n < frames; n++) {
    converter.convert(sound.subarray(n * input, (n + 1) * input), out.subarray(n * output, (n + 1) * output));
  }
  converter.close();
  return out;
}

/** Level of a tone after the conversion relative to before, dB; `as` is the frequency that is measured. */
function gainDb(from: Band, to: Band, hz: number, as = hz): number {
  const rates = [FORMS[from].sampleRate, FORMS[to].sampleRate] as const;
  const sound = tone(hz, rates[0], rates[0], 16_000);
  return toneLevelDbfs(convert(from, to, sound).subarray(rates[1] / 5), as, rates[1]) - -6.2;
}

describe('the band converter', () => {
  it.each([
    ['narrow', 'full'],
    ['full', 'narrow'],
  ] as const)('The converter keeps speech from %s to %s at its level', (from, to) => {
    for (const hz of [100, 300, 1_000, 2_000, 3_000, 3_400]) {
      expect(Math.abs(gainDb(from, to, hz))).toBeLessThan(0.5);
    }
  });

  it('The converter prevents aliases in the narrow band', () => {
    for (const hz of [4_300, 4_600, 5_000, 7_000, 9_000, 12_000, 15_000, 20_000]) {
      const within = hz % 8_000;
      expect(gainDb('full', 'narrow', hz, Math.min(within, 8_000 - within))).toBeLessThan(-60);
    }
  });

  it('The converter makes no images above the narrow band', () => {
    for (const hz of [300, 1_000, 3_400]) {
      for (let image = 8_000; image < 24_000; image += 8_000) {
        expect(gainDb('narrow', 'full', hz, image - hz)).toBeLessThan(-60);
        expect(gainDb('narrow', 'full', hz, image + hz)).toBeLessThan(-60);
      }
    }
  });

  it.each([
    ['narrow', 'full'],
    ['full', 'narrow'],
  ] as const)('The converter delays %s to %s by 4 ms and no more', (from, to) => {
    const { sampleRate, frameSamples } = FORMS[from];
    const sound = new Int16Array(100 * frameSamples);
    for (const at of [10, 50, 90]) {
      // A smooth bump of 2 ms, so that each band can represent all of it.
      const half = sampleRate / 1_000;
      for (let i = -half; i <= half; i++) {
        sound[at * frameSamples + i] = 10_000 * Math.cos((Math.PI * i) / (2 * half)) ** 2;
      }
    }
    const out = convert(from, to, sound);
    for (const at of [10, 50, 90]) {
      const start = at * FORMS[to].frameSamples;
      const around = out.subarray(start, start + FORMS[to].frameSamples);
      const latest = around.indexOf(Math.max(...around)) / FORMS[to].sampleRate;
      expect(latest).toBeCloseTo(0.004, 3);
    }
  });

  it('The converter keeps nothing of a sound after a silent frame', () => {
    for (const [from, to] of [
      ['narrow', 'full'],
      ['full', 'narrow'],
    ] as const) {
      const input = FORMS[from].frameSamples;
      const sound = tone(700, input, FORMS[from].sampleRate, 9_000);
      const twice = new Int16Array(4 * input);
      twice.set(sound);
      twice.set(sound, 2 * input);
      const out = convert(from, to, twice);
      const output = FORMS[to].frameSamples;
      expect(out.subarray(2 * output, 3 * output)).toEqual(out.subarray(0, output));
    }
  });

  it('The converter clips what would not fit into 16 bits', () => {
    const square = Int16Array.from({ length: 1_600 }, (_, i) => (i % 20 < 10 ? 32_767 : -32_768));
    const out = convert('narrow', 'full', square);
    // The filter rings over the flat parts of a square wave; samples that wrapped around would change sign.
    for (let i = 1_200; i < out.length; i++) {
      const place = (((i - 192) / 6) % 20) + (i < 192 ? 20 : 0);
      if (place > 3 && place < 7) expect(out[i]).toBeGreaterThan(25_000);
      if (place > 13 && place < 17) expect(out[i]).toBeLessThan(-25_000);
    }
  });

  it('The converter gives its memory back when it is closed', () => {
    for (let n = 0; n < 3_000; n++) createConverter('narrow', 'full').close();
    expect(gainDb('narrow', 'full', 1_000)).toBeCloseTo(0, 1);
  });
});

describe('a meeting of both bands', () => {
  it('A voice that ends with its frame is heard to the end', () => {
    const meeting = new Meeting('m', { createConverter });
    const phone = meeting.join('phone', { band: 'narrow', muted: false, deaf: false });
    const ann = meeting.join('ann', { band: 'full', muted: false, deaf: false });
    const levels = [0, 1, 2, 3, 4].map((n) => {
      phone.hasVoice = true;
      phone.voice.set(n < 3 ? tone(709, 160, 8_000, 4_000, n * 160) : new Int16Array(160));
      meeting.mix();
      return [levelDbfs(ann.heard.samples, 0, 4 * 48), levelDbfs(ann.heard.samples, 10 * 48)];
    });
    expect(levels[3]![0]).toBeGreaterThan(-25);
    expect(levels[3]![1]).toBe(-120);
    expect(levels[4]).toEqual([-120, -120]);
  });

  it('No click is heard when attendees of either band come or go', () => {
    const meeting = new Meeting('m', { createConverter });
    const seats = new Map<string, { attendee: Attendee; hz: number; silent: boolean }>();
    const heard: Record<string, number[]> = {};
    const join = (id: string, band: Band, hz: number) => {
      const attendee = meeting.join(id, { band, muted: false, deaf: false });
      seats.set(id, { attendee, hz, silent: false });
      heard[id] = [];
    };
    const leave = (id: string) => {
      meeting.leave(seats.get(id)!.attendee);
      seats.delete(id);
    };
    let frame = 0;
    const run = (frames: number) => {
      for (let n = 0; n < frames; n++, frame++) {
        for (const { attendee, hz, silent } of seats.values()) {
          const { sampleRate, frameSamples } = FORMS[attendee.band];
          attendee.hasVoice = !silent;
          attendee.voice.set(tone(hz, frameSamples, sampleRate, 4_000, frame * frameSamples));
        }
        meeting.mix();
        for (const [id, { attendee }] of seats) heard[id]!.push(...attendee.heard.samples);
      }
    };
    join('phone', 'narrow', 307);
    join('ann', 'full', 523);
    run(6);
    join('mobile', 'narrow', 709);
    run(6);
    join('bob', 'full', 911);
    run(6);
    seats.get('mobile')!.silent = true;
    run(6);
    leave('phone');
    run(6);
    seats.get('mobile')!.silent = false;
    run(6);
    leave('mobile');
    run(6);
    join('mobile', 'narrow', 709);
    run(50);
    leave('bob');
    run(6);
    for (const id of ['ann', 'bob', 'mobile', 'phone']) {
      expect(findClicks(Int16Array.from(heard[id]!)), id).toEqual([]);
    }
    const last = Int16Array.from(heard.ann!.slice(-40 * 960, -10 * 960));
    expect(toneLevelDbfs(last, 709, 48_000)).toBeCloseTo(-18.3, 1);
    expect(toneLevelDbfs(last, 523, 48_000)).toBeLessThan(-80);
  });
});
