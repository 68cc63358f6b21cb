import { expect, it } from 'vitest';
import {
  causeTone,
  hears,
  pressForTone,
  type SoundListener,
  waitForTone,
  waitForTones,
  waitForVoice,
} from './ears.ts';
import { RtpLine } from './rtp-line.ts';

const HZ = 700;

/** A line to which another one sends a short hum; `press` resolves when the hum is over. */
async function hummedTo() {
  const [line, hummer] = await Promise.all([RtpLine.open(), RtpLine.open()]);
  const phone = {
    line,
    until: (_what: string, holds: () => boolean) => expect.poll(holds).toBe(true),
    async press() {
      hummer.sayTone(HZ);
      await expect.poll(() => hears(phone, HZ)).toBe(true);
      hummer.sayTone(0);
      await expect.poll(() => hears(phone, HZ)).toBe(false);
    },
    close() {
      line.close();
      hummer.close();
    },
  };
  hummer.connect('127.0.0.1', line.port);
  return phone;
}

it('The first wait of a call finds a tone that is over', async () => {
  const phone = await hummedTo();
  await phone.press();
  await waitForTone(phone, HZ);
  const once: SoundListener = { ...phone, until: async (_what, holds) => expect(holds()).toBe(true) };
  await expect(waitForTone(once, HZ)).rejects.toThrow();
  phone.close();
});

it('A tone that ends before the keys are pressed is heard', async () => {
  const phone = await hummedTo();
  await pressForTone(phone, '1', HZ);
  phone.close();
});

/** A listener who has heard consecutive tones of 200 ms, and checks once. */
function whoHeard(...tones: number[]): SoundListener & { hear(hz: number): void } {
  const samples: number[] = [];
  const packets = () => samples.length / 160;
  const heardUpTo = (packet: number, ms: number) =>
    Int16Array.from(samples.slice(Math.max(0, packet * 160 - ms * 8), packet * 160));
  const hear = (hz: number) => {
    for (let at = 0; at < 1600; at += 1) samples.push(9000 * Math.sin((2 * Math.PI * hz * at) / 8000));
  };
  tones.forEach(hear);
  return {
    line: {
      get heard() {
        return { length: packets() };
      },
      heardUpTo,
      lastHeard: (ms) => heardUpTo(packets(), ms),
    },
    until: async (_what, holds) => expect(holds()).toBe(true),
    hear,
  };
}

it('Tones that are all over are found in their order only', async () => {
  await waitForTones(whoHeard(700, 800, 900), [700, 900]);
  await expect(waitForTones(whoHeard(700, 900, 800), [800, 900])).rejects.toThrow();
});

it('A tone from before its cause does not count', async () => {
  const phone = whoHeard(500, 700, 0);
  await waitForTone(phone, 500);
  await expect(causeTone(phone, 700, async () => {})).rejects.toThrow();
  const late = whoHeard(500, 700, 0);
  late.until = async (_what, holds) => {
    await Promise.resolve();
    expect(holds()).toBe(true);
  };
  const cause = async () => {
    late.hear(700);
    late.hear(0);
    return 'done';
  };
  expect(await causeTone(late, 700, cause)).toBe('done');
});

it('A voice is neither silence nor the tone before it', async () => {
  const phone = whoHeard(500, 0);
  await waitForTone(phone, 500);
  await expect(waitForVoice(phone)).rejects.toThrow();
  const spokenTo = whoHeard(500, 0, 333, 0);
  await waitForTone(spokenTo, 500);
  await waitForVoice(spokenTo);
});
