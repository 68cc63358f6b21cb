import { describe, expect, it } from 'vitest';
import { findClicks, levelDbfs, tone, toneLevelDbfs } from '#audio';
import { type Attendee, type Band, FORMS, Meeting } from '#conference';
import { createConverter } from './band-converter.ts';
import { OpusDecoder, OpusEncoder, opusSamples } from './opus.ts';

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A voice: words of gliding pitch with pauses between them. */
function createVoice(seconds: number, sampleRate: number, pitch: number): Int16Array {
  let phase = 0;
  return Int16Array.from({ length: seconds * sampleRate }, (_, i) => {
    const second = i / sampleRate;
    phase += (pitch + 25 * Math.sin((2 * Math.PI * second) / 2.5)) / sampleRate;
    const word = Math.max(0, Math.sin(2 * Math.PI * (second + pitch / 100))) ** 0.5;
    let value = 0;
    for (let k = 1; k <= 12; k++) value += Math.sin(2 * Math.PI * k * phase + k * k) / k;
    return Math.round(4_000 * word * value);
  });
}

/**
 * Ratio of a signal to the difference between it and its decoded copy, dB, at the best shift of up to 10 ms.
 */
function snrDb(original: Int16Array, decoded: Int16Array, sampleRate: number): number {
  let best = Number.NEGATIVE_INFINITY;
  const from = sampleRate / 10;
  const to = original.length - sampleRate / 10;
  for (let shift = 0; shift <= sampleRate / 100; shift++) {
    let [signal, error] = [0, 1];
    for (let i = from; i < to; i += 7) {
      signal += original[i]! ** 2;
      error += (original[i]! - decoded[i + shift]!) ** 2;
    }
    best = Math.max(best, 10 * Math.log10(signal / error));
  }
  return best;
}

describe.each(['narrow', 'full'] as const)('Opus in the %s band', (band) => {
  const { sampleRate, frameSamples } = FORMS[band];

  it('Opus carries a tone and a voice', () => {
    const [encoder, decoder] = [new OpusEncoder(band), new OpusDecoder(band)];
    const carry = (sound: Int16Array) => {
      const out = new Int16Array(sound.length);
      for (let at = 0; at + frameSamples <= sound.length; at += frameSamples) {
        const packet = encoder.encode(sound.subarray(at, at + frameSamples));
        expect(opusSamples(packet, sampleRate)).toBe(frameSamples);
        out.set(decoder.decode(packet)!, at);
      }
      return out;
    };
    const heard = carry(tone(440, sampleRate, sampleRate, 8_000));
    expect(toneLevelDbfs(heard.subarray(sampleRate / 5), 440, sampleRate)).toBeCloseTo(-12.2, 0);
    const voice = createVoice(2, sampleRate, 120);
    expect(snrDb(voice, carry(voice), sampleRate)).toBeGreaterThan(10);
  });

  it('Opus keeps silence silent, in packets of a few bytes', () => {
    const [encoder, decoder] = [new OpusEncoder(band), new OpusDecoder(band)];
    for (let n = 0; n < 5; n++) {
      const packet = encoder.encode(new Int16Array(frameSamples));
      expect(packet.length).toBeLessThan(8);
      expect(levelDbfs(decoder.decode(packet)!)).toBe(-120);
    }
  });

  it('The next good packet is decoded after any bytes', () => {
    const random = seeded(3);
    const decoder = new OpusDecoder(band);
    const encoder = new OpusEncoder(band);
    const sound = tone(440, frameSamples, sampleRate, 8_000);
    const good = encoder.encode(sound);
    let faults = 0;
    for (let n = 0; n < 3_000; n++) {
      const fresh = random() < 0.5;
      const length = Math.floor(random() ** 3 * 1_800);
      const packet = fresh ? new Uint8Array(length) : good.slice(0, Math.max(1, length % good.length));
      for (let i = 0; i < packet.length; i++) {
        if (fresh || random() < 0.1) packet[i] = Math.floor(random() * 256);
      }
      const samples = decoder.decode(packet);
      if (!samples) faults++;
      else expect(samples.length).toBe(opusSamples(packet, sampleRate));
    }
    expect(faults).toBeGreaterThan(100);
    expect(decoder.damaged).toBe(faults);
    decoder.reset();
    for (let n = 0; n < 3; n++) expect(decoder.decode(encoder.encode(sound))!.length).toBe(frameSamples);
  });
});

it('The length of a packet is known from its first bytes', () => {
  const samples = (...bytes: number[]) => opusSamples(Uint8Array.from(bytes), 48_000);
  expect(samples(0x78, 0)).toBe(960);
  expect(samples(0x79, 0)).toBe(1_920);
  expect(samples(0xe0, 0)).toBe(120);
  expect(samples(0x1b, 2)).toBe(5_760);
  expect(samples(0x1b, 3)).toBe(0);
  expect(samples(0x1b)).toBe(0);
  expect(samples()).toBe(0);
  expect(opusSamples(new Uint8Array(1_501), 48_000)).toBe(0);
});

/**
 * A meeting whose attendees listen by Opus: each listener decodes the packets of whichever mix it is given.
 */
class OpusRoom {
  readonly meeting = new Meeting('m', { createConverter });
  readonly inside = new Map<string, Attendee>();
  readonly sounds = new Map<
    string,
    (frame: number, form: { frameSamples: number }) => Int16Array | undefined
  >();
  readonly heard = new Map<string, number[]>();
  readonly #decoders = new Map<string, OpusDecoder>();
  made = 0;
  #frame = 0;

  join(id: string, band: Band): Attendee {
    const attendee = this.meeting.join(id, { band, muted: false, deaf: false });
    this.inside.set(id, attendee);
    this.heard.set(id, []);
    this.#decoders.set(id, new OpusDecoder(band));
    return attendee;
  }

  run(frames: number): void {
    for (let n = 0; n < frames; n++, this.#frame++) {
      for (const [id, attendee] of this.inside) {
        const sound = this.sounds.get(id)?.(this.#frame, FORMS[attendee.band]);
        attendee.hasVoice = sound !== undefined;
        if (sound) attendee.voice.set(sound);
      }
      this.meeting.mix();
      for (const [id, { heard, band }] of this.inside) {
        const packet = heard.encoded(() => {
          this.made++;
          return new OpusEncoder(band);
        });
        this.heard.get(id)!.push(...this.#decoders.get(id)!.decode(packet)!);
      }
    }
  }

  all(id: string): Int16Array {
    return Int16Array.from(this.heard.get(id)!);
  }
}

describe('listening to a meeting by Opus', () => {
  it('Opus is encoded once for all who hear the same', () => {
    const room = new OpusRoom();
    for (const id of ['a', 'b', 'c', 'd', 'e']) room.join(id, 'full');
    room.sounds.set('a', (n, { frameSamples }) => tone(300, frameSamples, 48_000, 6_000, n * frameSamples));
    room.run(10);
    expect(room.made).toBe(2);
  });

  it.each([
    'narrow',
    'full',
  ] as const)('A listener changes between shared and own stream without a seam (%s)', (band) => {
    const { sampleRate, frameSamples } = FORMS[band];
    const voice = createVoice(8, sampleRate, 120);
    const sounds = [
      (n: number) => tone(440, frameSamples, sampleRate, 6_000, n * frameSamples),
      (n: number) => voice.subarray(n * frameSamples, (n + 1) * frameSamples),
    ];
    for (const sound of sounds) {
      const room = new OpusRoom();
      for (const id of ['talker', 'listener', 'reference']) room.join(id, band);
      room.sounds.set('talker', sound);
      // The listener speaks now and then, and the others hear it; it never hears itself.
      const own = (n: number) => tone(700, frameSamples, sampleRate, 3_000, n * frameSamples);
      room.sounds.set('listener', (n) => (n % 7 < 3 ? own(n) : undefined));
      room.run(200);
      const heard = room.all('listener');
      expect(findClicks(heard.subarray(sampleRate / 5))).toEqual([]);
      const without = new OpusRoom();
      for (const id of ['talker', 'listener']) without.join(id, band);
      without.sounds.set('talker', sound);
      without.run(200);
      // The result is as close to what a silent listener hears as that is to the sound itself.
      const plain = without.all('listener');
      const difference = heard.map((sample, i) => sample - plain[i]!);
      expect(levelDbfs(difference)).toBeLessThan(levelDbfs(heard) - 15);
      expect(toneLevelDbfs(heard.subarray(sampleRate / 5), 700, sampleRate)).toBeLessThan(-50);
    }
  });

  it.each(['narrow', 'full'] as const)('A listener turns deaf and hears again without click (%s)', (band) => {
    const { sampleRate, frameSamples } = FORMS[band];
    const room = new OpusRoom();
    room.join('talker', band);
    room.join('listener', band);
    room.sounds.set('talker', (n) => tone(443, frameSamples, sampleRate, 6_000, n * frameSamples));
    room.sounds.set('listener', (n) =>
      n > 60 ? tone(709, frameSamples, sampleRate, 6_000, n * frameSamples) : undefined,
    );
    for (let n = 0; n < 10; n++) {
      room.run(10 + n);
      room.meeting.setDeaf('listener', n % 2 === 0);
    }
    room.meeting.setDeaf('listener', true);
    room.run(10);
    const heard = room.all('listener');
    expect(findClicks(heard.subarray(sampleRate / 5))).toEqual([]);
    expect(levelDbfs(heard.subarray(-5 * frameSamples))).toBe(-120);
  });
});
