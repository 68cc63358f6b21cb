import { describe, expect, it } from 'vitest';
import { findClicks, levelDbfs, tone, toneLevelDbfs } from '#audio';
import type { Attendee } from './attendee.ts';
import { type Band, type BandConverter, FORMS } from './band.ts';
import { Meeting } from './meeting.ts';

/** A simple converter: linear interpolation between samples, and the mean of six. It counts its use. */
class Converters {
  made = 0;
  open = 0;
  frames = 0;

  readonly make = (from: Band, to: Band): BandConverter => {
    this.made++;
    this.open++;
    let last = 0;
    return {
      convert: (input, output) => {
        this.frames++;
        for (let i = 0; i < 160; i++) {
          if (from === 'narrow') {
            const next = input[i]!;
            for (let k = 0; k < 6; k++) output[6 * i + k] = Math.round(last + ((next - last) * (k + 1)) / 6);
            last = next;
          } else {
            let sum = 0;
            for (let k = 0; k < 6; k++) sum += input[6 * i + k]!;
            output[i] = Math.round(sum / 6);
          }
        }
        expect(output.length).toBe(FORMS[to].frameSamples);
      },
      close: () => {
        this.open--;
      },
    };
  };
}

const HZ = { phone: 307, mobile: 523, ann: 709, bob: 1_109 } as const;
type Name = keyof typeof HZ;
const BANDS: Record<Name, Band> = { phone: 'narrow', mobile: 'narrow', ann: 'full', bob: 'full' };

/**
 * Telephones and clients that each sing a tone (not at a multiple of the frame rate, where each frame would
 * begin at 0), and what each has heard.
 */
class Choir {
  readonly converters = new Converters();
  readonly meeting = new Meeting('m', { createConverter: this.converters.make });
  readonly inside = new Map<Name, Attendee>();
  readonly heard: Record<Name, number[]> = { phone: [], mobile: [], ann: [], bob: [] };
  silent = new Set<Name>();
  amplitude = 4_000;
  #frame = 0;

  constructor(...names: Name[]) {
    for (const name of names) this.join(name);
  }

  join(name: Name, seating = { muted: false, deaf: false }): Attendee {
    const attendee = this.meeting.join(name, { band: BANDS[name], ...seating });
    this.inside.set(name, attendee);
    return attendee;
  }

  leave(name: Name): void {
    this.meeting.leave(this.inside.get(name)!);
    this.inside.delete(name);
  }

  run(frames: number): void {
    for (let n = 0; n < frames; n++, this.#frame++) {
      for (const [name, attendee] of this.inside) {
        const { sampleRate, frameSamples } = FORMS[attendee.band];
        attendee.hasVoice = !this.silent.has(name);
        const at = this.#frame * frameSamples;
        attendee.voice.set(tone(HZ[name], frameSamples, sampleRate, this.amplitude, at));
      }
      this.meeting.mix();
      for (const [name, { heard }] of this.inside) this.heard[name].push(...heard.samples);
    }
  }

  /** The attendees that were heard within the last half second. */
  tones(name: Name): Name[] {
    const rate = FORMS[BANDS[name]].sampleRate;
    const last = Int16Array.from(this.heard[name].slice(-rate / 2));
    return (Object.keys(HZ) as Name[]).filter((other) => toneLevelDbfs(last, HZ[other], rate) > -50);
  }

  clicks(name: Name): unknown[] {
    return findClicks(Int16Array.from(this.heard[name]));
  }
}

describe('a meeting of telephones and clients', () => {
  it('Everyone hears the others of both bands but not themselves', () => {
    const all = new Choir('phone', 'mobile', 'ann', 'bob');
    all.run(50);
    expect(all.tones('phone')).toEqual(['mobile', 'ann', 'bob']);
    expect(all.tones('mobile')).toEqual(['phone', 'ann', 'bob']);
    expect(all.tones('ann')).toEqual(['phone', 'mobile', 'bob']);
    expect(all.tones('bob')).toEqual(['phone', 'mobile', 'ann']);
    for (const name of Object.keys(HZ) as Name[]) {
      const rate = FORMS[BANDS[name]].sampleRate;
      const last = Int16Array.from(all.heard[name].slice(-rate / 2));
      expect(toneLevelDbfs(last, HZ[name], rate)).toBeLessThan(-80);
    }
  });

  it('Each way is converted once a frame, whatever the number of attendees', () => {
    const all = new Choir('phone', 'mobile', 'ann', 'bob');
    all.run(10);
    expect(all.converters.made).toBe(2);
    expect(all.converters.frames).toBe(20);
  });

  it('Only what somebody of the other band hears is converted', () => {
    const phones = new Choir('phone', 'mobile');
    phones.run(10);
    expect(phones.converters.made).toBe(0);
    const clients = new Choir('ann', 'bob');
    clients.run(10);
    expect(clients.converters.made).toBe(0);
  });

  it('Nothing is converted while nobody speaks', () => {
    const all = new Choir('phone', 'ann');
    all.run(10);
    all.silent.add('phone').add('ann');
    // The voices fade, then a frame of silence empties the converters.
    all.run(2);
    const { frames } = all.converters;
    all.run(10);
    expect(all.converters.frames).toBe(frames);
    expect(all.inside.get('ann')!.heard.silent).toBe(true);
    all.silent.clear();
    all.run(10);
    expect(all.converters.frames).toBe(frames + 20);
    expect(all.clicks('ann')).toEqual([]);
    expect(all.clicks('phone')).toEqual([]);
  });

  it("The converters are released when a band's last attendee leaves", () => {
    const all = new Choir('phone', 'mobile', 'ann');
    all.run(5);
    expect(all.converters.open).toBe(2);
    all.leave('ann');
    all.run(5);
    expect(all.converters.open).toBe(1);
    all.leave('phone');
    all.leave('mobile');
    expect(all.converters.open).toBe(0);
    all.join('ann');
    all.join('phone');
    all.run(50);
    expect(all.converters.open).toBe(2);
    expect(all.tones('ann')).toEqual(['phone']);
    expect(all.tones('phone')).toEqual(['ann']);
  });

  it('The converters are kept when an attendee joins again', () => {
    const all = new Choir('phone', 'ann');
    all.run(5);
    all.join('ann');
    all.run(5);
    expect(all.converters.made).toBe(2);
    const moved = all.meeting.join('phone', { band: 'full', muted: false, deaf: false });
    expect(all.meeting.size).toBe(2);
    expect(all.meeting.attendee('phone')).toBe(moved);
    expect(all.converters.open).toBe(1);
  });

  it('Nobody hears a click at any change', () => {
    const all = new Choir('phone', 'mobile', 'ann');
    const steps = [
      () => all.join('bob'),
      () => all.meeting.setMuted('mobile', true),
      () => all.meeting.setMuted('ann', true),
      () => all.meeting.setMuted('mobile', false),
      () => all.meeting.setMuted('ann', false),
      () => all.silent.add('ann'),
      () => all.silent.delete('ann'),
      () => all.leave('mobile'),
      () => all.leave('bob'),
      () => all.join('mobile'),
      () => all.meeting.setDeaf('ann', true),
      () => all.meeting.setDeaf('phone', true),
      () => all.meeting.setDeaf('ann', false),
      () => all.meeting.setDeaf('phone', false),
      () => all.leave('mobile'),
    ];
    for (const step of steps) {
      all.run(6);
      step();
    }
    all.run(6);
    expect(all.clicks('phone')).toEqual([]);
    expect(all.clicks('ann')).toEqual([]);
  });

  it('The last telephone leaves without a click at the clients', () => {
    const all = new Choir('phone', 'ann', 'bob');
    all.run(10);
    all.leave('phone');
    all.run(50);
    expect(all.clicks('ann')).toEqual([]);
    expect(all.tones('ann')).toEqual(['bob']);
  });

  it('Loud sums of either band are limited instead of wrapped', () => {
    const all = new Choir('phone', 'mobile', 'ann', 'bob');
    const listeners = (['narrow', 'full'] as const).map((band) =>
      all.meeting.join(`listener-${band}`, { band, muted: false, deaf: false }),
    );
    for (let n = 0; n < 3; n++) {
      for (const attendee of all.inside.values()) {
        attendee.hasVoice = true;
        attendee.voice.fill(30_000);
      }
      all.meeting.mix();
    }
    for (const { heard } of listeners) expect(Math.min(...heard.samples)).toBeGreaterThanOrEqual(31_900);
  });
});

describe('deafness', () => {
  it.each(['phone', 'ann'] as const)('%s hears silence while deafened, and is still heard', (name) => {
    const all = new Choir('phone', 'mobile', 'ann', 'bob');
    all.run(5);
    expect(all.meeting.setDeaf(name, true)).toBe(true);
    all.run(30);
    expect(all.tones('mobile')).toContain(name);
    expect(levelDbfs(Int16Array.from(all.heard[name].slice(-800)))).toBe(-120);
    expect(all.inside.get(name)!.heard.silent).toBe(true);
    all.meeting.setDeaf(name, false);
    all.run(50);
    expect(all.tones(name).length).toBe(3);
    expect(all.clicks(name)).toEqual([]);
    expect(all.meeting.setDeaf('nobody', true)).toBe(false);
  });

  it('An attendee stays deaf when joining again, until it leaves', () => {
    const all = new Choir('phone', 'ann');
    all.meeting.setDeaf('ann', true);
    expect(all.join('ann').deaf).toBe(true);
    all.run(5);
    expect(all.inside.get('ann')!.heard.silent).toBe(true);
    all.leave('ann');
    expect(all.join('ann').deaf).toBe(false);
    expect(all.join('bob', { muted: false, deaf: true }).deaf).toBe(true);
  });
});

describe('levels', () => {
  it('Levels are reported for all attendees except muted and silent ones', () => {
    const all = new Choir('phone', 'mobile', 'ann', 'bob');
    all.meeting.setMuted('mobile', true);
    all.silent.add('bob');
    all.amplitude = 3_277;
    all.run(10);
    // A tenth of full scale is 20 dB below it.
    expect(all.meeting.levels()).toEqual([
      { attendeeId: 'phone', volume: 20 },
      { attendeeId: 'ann', volume: 20 },
    ]);
    expect(all.meeting.levels()).toEqual([]);
    all.run(5);
    all.silent.add('phone').add('ann');
    all.run(5);
    // Silent half of the time: 3 dB less.
    expect(all.meeting.levels().map(({ volume }) => volume)).toEqual([23, 23]);
    all.run(10);
    expect(all.meeting.levels()).toEqual([]);
    all.silent.clear();
    all.amplitude = 33;
    all.run(10);
    expect(all.meeting.levels()[0]).toEqual({ attendeeId: 'phone', volume: 60 });
  });
});
