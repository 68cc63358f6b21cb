import type { BrowserContext, Page } from 'playwright-core';
import { openPage } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { PROMPT_TONES } from '../tone-prompts.ts';
import { installEars } from './ears-in-page.ts';

/**
 * Switches for a browser whose pages have a microphone and contain phones: a microphone that plays a file,
 * sound without a click, connections within the machine.
 */
export const pagePhoneFlags = (voiceFile: string): string[] => [
  `--use-file-for-fake-audio-capture=${voiceFile}`,
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
];

/** Milliseconds between two checks, each of which queries the page. */
const LOOKS = { lookMs: 25, lookAtMostMs: 100 };
/** Consecutive pieces of sound, 20 ms each, in which a tone must be present, or absent. */
const HEARD_PIECES = 3;
const GONE_PIECES = 5;

/** Frequencies for voices in tests that no prompt uses, Hz. */
export const VOICES = { microphone: 2100, tab: 2300, telephone: 2500, other: 2700 } as const;
const ALL_HZ = [...Object.values(VOICES), ...Object.values(PROMPT_TONES).map(({ hz }) => hz)];

export type PageCodec = 'Telephone (PCMU)' | 'Opus';

/** Options for opening a page phone. */
export interface PagePhoneOptions {
  codec?: PageCodec;
  /** Frequency of a hum that replaces the browser's microphone, Hz. */
  voiceHz?: number;
  /** Whether its loudness varies like a voice's. */
  voiceWavers?: boolean;
  /** An existing tab; default: a new one. */
  page?: Page;
}

/**
 * The phone page in a real browser, operated as by a user and heard through the sound that its connection
 * receives. Waits for tones search everything heard in order, so that no tone is too short to be noticed.
 */
export class PagePhone {
  readonly page: Page;
  /** All errors reported by the page: exceptions of scripts and violations of policies. */
  readonly complaints: string[] = [];
  /** The position up to which waits have processed the heard sound. */
  #heardTo = 0;

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('console', (message) => {
      // A lost server is logged as well, but tests check how the page itself handles that.
      const network = /^(Failed to load resource|WebSocket connection to)/.test(message.text());
      if (message.type() === 'error' && !network) this.complaints.push(message.text());
    });
  }

  /**
   * Opens the page in a tab, waits until it is registered, and switches off noise reduction, so that tones
   * pass unchanged.
   */
  static async open(
    context: BrowserContext,
    url: string,
    options: PagePhoneOptions = {},
  ): Promise<PagePhone> {
    const { codec = 'Telephone (PCMU)', voiceHz, voiceWavers = false } = options;
    const phone = new PagePhone(options.page ?? (await openPage(context)));
    const { page } = phone;
    await page.addInitScript(installEars, {
      hz: ALL_HZ,
      ...(voiceHz === undefined ? {} : { voiceHz, voiceWavers }),
    });
    await page.goto(url);
    await phone.ready();
    // A noise suppressor would treat a steady tone as noise.
    await page.getByRole('checkbox', { name: 'Reduce echo and noise' }).uncheck();
    await page.getByRole('radio', { name: codec }).check();
    return phone;
  }

  /** Waits until the phone is registered. */
  async ready(): Promise<void> {
    await this.page.getByRole('status', { name: 'Connection' }).getByText('Ready').waitFor();
  }

  /** The phone's own number, as the page shows it. */
  ownNumber(): Promise<string> {
    return this.page
      .getByRole('banner')
      .getByText(/^\+\d+$/)
      .innerText();
  }

  press(button: string): Promise<void> {
    return this.page.getByRole('button', { name: button, exact: true }).click();
  }

  /** Waits until the text is on the page. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** Calls the number in the field, or another one, and waits for the answer. */
  async call(number?: string): Promise<void> {
    await this.dial(number);
    await this.sees('Connected');
  }

  /** Presses Call without waiting for the result. */
  async dial(number?: string): Promise<void> {
    if (number !== undefined) await this.page.getByRole('textbox', { name: 'Number to call' }).fill(number);
    await this.press('Call');
  }

  /**
   * Keys the PIN that the application declares, by the page's own button, and so in one step. A busy machine
   * delivers single keys seconds apart, and the application would take the first ones for the complete input.
   */
  keyPin(): Promise<void> {
    return this.press('Key the PIN');
  }

  /** Waits for a tone, starting where the previous wait ended. */
  async untilHears(hz: number, withinMs?: number): Promise<void> {
    await this.#listen(`a tone of ${hz} Hz`, HEARD_PIECES, { hz, there: true }, withinMs);
  }

  /** Waits until a tone has been absent for a tenth of a second; the rest need not be silent. */
  async untilGone(hz: number, withinMs?: number): Promise<void> {
    await this.#listen(`the end of ${hz} Hz`, GONE_PIECES, { hz, there: false }, withinMs);
  }

  /** Waits until silent sound was received for a tenth of a second. */
  async untilSilence(withinMs?: number): Promise<void> {
    await this.#listen('silence', GONE_PIECES, 'silence', withinMs);
  }

  /** Ignores what was heard so far. */
  async listenFromNow(): Promise<void> {
    this.#heardTo = await this.page.evaluate(() => window.ears.now());
  }

  /** The share of the sound since the last wait that contains the tone: 0 to 1. */
  share(hz: number): Promise<number> {
    return this.page.evaluate(([from, wanted]) => window.ears.share(from, wanted), [
      this.#heardTo,
      hz,
    ] as const);
  }

  /** The states of all microphones opened since the page was loaded: `live` or `ended`. */
  microphones(): Promise<string[]> {
    return this.page.evaluate(() => window.ears.microphones());
  }

  /** Counters of received packets, and their codec (`audio/PCMU`). */
  received(): Promise<{ codec: string; packets: number; lost: number }> {
    return this.page.evaluate(async () => {
      const report = await window.ears.connection()?.getStats();
      const all = [...(report?.values() ?? [])];
      const inbound = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
      return {
        codec: report?.get(inbound?.codecId)?.mimeType ?? '',
        packets: inbound?.packetsReceived ?? 0,
        lost: inbound?.packetsLost ?? 0,
      };
    });
  }

  /** The UDP port of the other end's sound. */
  mediaPort(): Promise<number> {
    return this.page.evaluate(() => {
      const sdp = window.ears.connection()?.remoteDescription?.sdp ?? '';
      return Number(/^a=candidate:\S+ 1 udp \d+ \S+ (\d+)/im.exec(sdp)?.[1]);
    });
  }

  async #listen(
    what: string,
    run: number,
    wanted: { hz: number; there: boolean } | 'silence',
    withinMs?: number,
  ): Promise<void> {
    const find = (): Promise<number | undefined> =>
      this.page.evaluate(([from, pieces, sound]) => window.ears.find(from, pieces, sound), [
        this.#heardTo,
        run,
        wanted,
      ] as const);
    this.#heardTo = await eventually(`the page waits for ${what}`, find, {
      withinMs,
      ...LOOKS,
      instead: () => this.#story(),
    });
  }

  /** What was heard and shown instead. */
  async #story(): Promise<string> {
    const heard = await this.page.evaluate(
      (all) => all.map((hz) => [hz, window.ears.share(Math.max(0, window.ears.now() - 150), hz)] as const),
      ALL_HZ,
    );
    const tones = heard.filter(([, share]) => share > 0).map(([hz, share]) => `${hz} Hz ${share.toFixed(2)}`);
    return `Heard of late: ${tones.join(', ') || 'nothing'}.\n${await this.page.locator('body').innerText()}`;
  }
}
