import { expect, it } from 'vitest';
import { hears, pressForTone, type SoundListener, waitForTone } from './ears.ts';
import { RtpLine } from './rtp-line.ts';

const HZ = 700;

/** A line that another one, which hums for a moment, sends to; `heardAll` resolves when the hum is over. */
async function hummedTo() {
  const [line, hummer] = await Promise.all([RtpLine.open(), RtpLine.open()]);
  const phone = {
    line,
    until: (_what: string, holds: () => boolean) => expect.poll(holds, { timeout: 5000 }).toBe(true),
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
