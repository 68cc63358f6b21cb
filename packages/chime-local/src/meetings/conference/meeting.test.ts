import { describe, expect, it } from 'vitest';
import { decodeG711, encodeG711, findClicks, levelDbfs, PCMA, PCMU, tone, toneLevelDbfs } from '#audio';
import type { Attendee } from './attendee.ts';
import { Meeting } from './meeting.ts';

const RATE = 8000;
const FRAME = 160;
const HZ = { ann: 307, bob: 709, eve: 1109 } as const;
type Name = keyof typeof HZ;

function noConverter(): never {
  throw new Error('telephones among themselves need no converter');
}

/** A meeting in which everyone sings one tone; it records what each attendee has heard so far. */
class Choir {
  readonly meeting = new Meeting('m', { createConverter: noConverter });
  readonly inside = new Map<Name, Attendee>();
  readonly heard: Record<Name, number[]> = { ann: [], bob: [], eve: [] };
  silent = new Set<Name>();
  #frame = 0;

  join(name: Name, muted = false): Attendee {
    const attendee = this.meeting.join(name, { band: 'narrow', muted, deaf: false });
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
        attendee.hasVoice = !this.silent.has(name);
        attendee.voice.set(tone(HZ[name], FRAME, RATE, 5000, this.#frame * FRAME));
      }
      this.meeting.mix();
      for (const [name, attendee] of this.inside) this.heard[name].push(...attendee.heard.samples);
    }
  }

  tones(name: Name, seconds: number): Name[] {
    const last = Int16Array.from(this.heard[name].slice(-seconds * RATE));
    return (Object.keys(HZ) as Name[]).filter((other) => toneLevelDbfs(last, HZ[other], RATE) > -50);
  }

  clicks(name: Name): unknown[] {
    return findClicks(Int16Array.from(this.heard[name]));
  }
}

function choir(...names: Name[]): Choir {
  const made = new Choir();
  for (const name of names) made.join(name);
  return made;
}

describe('a meeting', () => {
  it('Everyone hears all the others but not themselves', () => {
    const three = choir('ann', 'bob', 'eve');
    three.run(50);
    expect(three.tones('ann', 0.5)).toEqual(['bob', 'eve']);
    expect(three.tones('bob', 0.5)).toEqual(['ann', 'eve']);
    expect(three.tones('eve', 0.5)).toEqual(['ann', 'bob']);
    const own = toneLevelDbfs(Int16Array.from(three.heard.ann.slice(-4000)), HZ.ann, RATE);
    expect(own).toBeLessThan(-80);
  });

  it('A muted attendee is silent and still hears all others', () => {
    const three = choir('ann', 'bob', 'eve');
    three.run(10);
    expect(three.meeting.setMuted('bob', true)).toBe(true);
    three.run(50);
    expect(three.tones('ann', 0.5)).toEqual(['eve']);
    expect(three.tones('bob', 0.5)).toEqual(['ann', 'eve']);
    three.meeting.setMuted('bob', false);
    three.run(50);
    expect(three.tones('ann', 0.5)).toEqual(['bob', 'eve']);
    expect(three.meeting.setMuted('nobody', true)).toBe(false);
  });

  it('No click is heard at join, leave, mute, unmute or voice end', () => {
    const two = choir('ann', 'bob');
    two.run(7);
    two.join('eve');
    two.run(5);
    two.meeting.setMuted('bob', true);
    two.run(5);
    two.meeting.setMuted('bob', false);
    two.run(5);
    two.silent.add('bob');
    two.run(5);
    two.silent.delete('bob');
    two.run(5);
    two.leave('eve');
    two.run(5);
    expect(two.clicks('ann')).toEqual([]);
    expect(two.clicks('bob')).toEqual([]);
  });

  it('An attendee hears silence once the last other has left', () => {
    const two = choir('ann', 'bob');
    two.run(10);
    two.leave('bob');
    two.run(10);
    expect(levelDbfs(Int16Array.from(two.heard.ann.slice(-800)))).toBe(-120);
    expect(two.inside.get('ann')!.heard.silent).toBe(true);
  });

  it('An attendee that joins again is replaced and stays muted', () => {
    const two = choir('ann', 'bob');
    two.meeting.setMuted('bob', true);
    const again = two.join('bob');
    expect(two.meeting.size).toBe(2);
    expect(again.muted).toBe(true);
    two.leave('bob');
    expect(two.join('bob').muted).toBe(false);
  });

  it('All who contribute nothing share one mix and one encoded frame', () => {
    const three = choir('ann', 'bob', 'eve');
    three.silent.add('bob');
    three.meeting.setMuted('eve', true);
    three.run(3);
    const [bob, eve] = [three.inside.get('bob')!.heard, three.inside.get('eve')!.heard];
    expect(bob).toBe(eve);
    const encoded = (id: Name, codec = PCMU) => {
      const codes = new Uint8Array(FRAME);
      three.inside.get(id)!.heard.encodeInto(codec, codes, 0);
      return codes;
    };
    const back = new Int16Array(FRAME);
    decodeG711(PCMA, encoded('bob', PCMA), 0, FRAME, back);
    expect(levelDbfs(back)).toBeCloseTo(levelDbfs(bob.samples), 1);
    const before = encoded('bob');
    expect(encoded('eve')).toEqual(before);
    three.silent.add('ann');
    three.run(2);
    expect(encoded('bob')).not.toEqual(before);
  });

  it("A talker's mix is encoded from the sum as from samples", () => {
    const three = choir('ann', 'bob', 'eve');
    three.run(3);
    for (const codec of [PCMU, PCMA]) {
      const { heard } = three.inside.get('ann')!;
      const direct = new Uint8Array(FRAME + 12);
      heard.encodeInto(codec, direct, 12);
      const samples = new Uint8Array(FRAME);
      encodeG711(codec, heard.samples, 0, FRAME, samples);
      expect(direct.subarray(12)).toEqual(samples);
      expect(levelDbfs(heard.samples)).toBeGreaterThan(-40);
    }
  });

  it('Loud sums are turned down alike for all, single talkers never', () => {
    const meeting = new Meeting('m', { createConverter: noConverter });
    const hz = [440, 620];
    const talkers = hz.map((_, i) => meeting.join(`t${i}`, { band: 'narrow', muted: false, deaf: false }));
    const listener = meeting.join('d', { band: 'narrow', muted: false, deaf: false });
    const heard: Record<string, number[]> = { t0: [], t1: [], d: [] };
    const said: number[] = [];
    for (let n = 0; n < 200; n++) {
      talkers.forEach((talker, i) => {
        // The first falls silent after a second, while the sum is still turned down.
        talker.hasVoice = i === 1 || n < 50;
        talker.voice.set(tone(hz[i]!, FRAME, RATE, 25_000, n * FRAME));
      });
      said.push(...talkers[1]!.voice);
      meeting.mix();
      for (const each of [...talkers, listener]) heard[each.attendeeId]!.push(...each.heard.samples);
    }
    const sound = (id: string, from = 0, to = 200) =>
      Int16Array.from(heard[id]!.slice(from * FRAME, to * FRAME));
    // A talker hears the other one, also after falling silent; the listener hears both, then one.
    expect(sound('t0', 1, 50)).toEqual(Int16Array.from(said.slice(FRAME, 50 * FRAME)));
    for (const id of ['t0', 't1', 'd']) expect(findClicks(sound(id, 1), 6)).toEqual([]);
    expect(sound('d').filter((sample) => Math.abs(sample) > 32_700).length).toBeLessThan(10);
    expect(toneLevelDbfs(sound('d', 5, 50), 180, RATE)).toBeLessThan(-60);
    expect(toneLevelDbfs(sound('d', 150, 200), 620, RATE)).toBeCloseTo(
      toneLevelDbfs(sound('t0', 10, 50), 620, RATE),
      0,
    );
  });

  it('The meeting reports who speaks, ignoring noise, mutes and short pauses', () => {
    const three = choir('ann', 'bob', 'eve');
    three.meeting.setMuted('eve', true);
    three.silent.add('bob');
    three.run(10);
    expect(three.meeting.speakers()).toEqual(['ann']);
    three.silent.add('ann');
    three.run(10);
    expect(three.meeting.speakers()).toEqual(['ann']);
    three.run(15);
    expect(three.meeting.speakers()).toEqual([]);
    const bob = three.inside.get('bob')!;
    for (let n = 0; n < 100; n++) {
      bob.hasVoice = true;
      bob.voice.forEach((_, i) => {
        bob.voice[i] = ((i * 7919 + n * 104_729) % 80) - 40;
      });
      three.meeting.mix();
    }
    expect(three.meeting.speakers()).toEqual([]);
  });
});
