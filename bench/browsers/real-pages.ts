import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { writeWav } from '#audio';
import type { JoinMeetingResponse } from '#contract';
import { hzOf, plantTones, RunningStack } from '#testkit';
import { type Browser, launchBrowser, openPage } from '../../testkit/browser.ts';
import { CHIME_CLIENT_FLAGS, ChimeClient } from '../../testkit/chime-client/chime-client.ts';
import type { MeetingToJoin } from '../../testkit/chime-client/page-contract.ts';
import { PagePhone, pagePhoneFlags } from '../../testkit/page-phone/page-phone.ts';
import { descendants } from '../machine.ts';
import { installProbe, WORKLET } from './probe-in-page.ts';

/** Samples a second of the microphone's file, which is silent. */
const RATE = 48_000;
/** Functions that go into a page as text were given names by what runs TypeScript here, with a helper of its own. */
const NAMES = 'globalThis.__name ??= (named) => named;';

/** `npm start`'s runtime with tones as prompts, and a real browser with the probe in each of its pages. */
export class RealPages {
  readonly stack: RunningStack;
  readonly #browser: Browser;
  readonly #folder: string;
  readonly #clients: ChimeClient[] = [];

  private constructor(stack: RunningStack, browser: Browser, folder: string) {
    this.stack = stack;
    this.#browser = browser;
    this.#folder = folder;
  }

  static async start(): Promise<RealPages> {
    const folder = mkdtempSync(path.join(tmpdir(), 'live-call-bench-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'silence.wav');
    writeFileSync(file, writeWav({ sampleRate: RATE, samples: new Int16Array(RATE) }));
    const flags = [...new Set([...pagePhoneFlags(file), ...CHIME_CLIENT_FLAGS])];
    const stack = await RunningStack.start();
    try {
      await plantTones(stack);
      const browser = await launchBrowser({ microphone: 'given', flags });
      await browser.context.addInitScript({ content: NAMES });
      await browser.context.addInitScript(installProbe, WORKLET);
      return new RealPages(stack, browser, folder);
    } catch (error) {
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Processes that belong to the measurement. */
  pids(): number[] {
    return descendants(process.pid);
  }

  /** A phone page with the codec that it offers by itself, registered, its probe ready. No other page hides it. */
  async phone(): Promise<PagePhone> {
    const { context } = this.#browser;
    const page = await openPage(context);
    // The page's policy allows scripts from its server alone; the probe's worklet is not from there.
    await (await context.newCDPSession(page)).send('Page.setBypassCSP', { enabled: true });
    const phone = await PagePhone.open(context, this.stack.endpoints.phone, { page, codec: 'Opus' });
    await phone.page.evaluate(() => window.probe.ready());
    return phone;
  }

  /** Calls, keys the PIN and waits until "joined" has been said. */
  async phoneInMeeting(): Promise<PagePhone> {
    const phone = await this.phone();
    await phone.call();
    await phone.untilHears(hzOf('enter-pin.wav'));
    await phone.key(this.stack.endpoints.pin);
    await phone.untilHears(hzOf('joined.wav'));
    await phone.untilGone(hzOf('joined.wav'));
    return phone;
  }

  /** A page with the real meeting client, its probe ready; in no meeting. */
  async client(): Promise<ChimeClient> {
    const client = await ChimeClient.open(this.#browser.context);
    this.#clients.push(client);
    await client.page.evaluate(() => window.probe.ready());
    return client;
  }

  /** An attendee of its own in the first meeting, as the web client gets it. */
  async attendee(displayName: string): Promise<MeetingToJoin> {
    const name = (await this.stack.queryMeetings()).Meetings[0]?.name;
    const request = { name, audio: 'SendReceive', displayName };
    const { status, body } = await this.stack.post('/joinMeeting', request);
    if (status !== 201) throw new Error(`joinMeeting answered ${status}: ${JSON.stringify(body)}`);
    const { Meeting, Attendee } = body as JoinMeetingResponse;
    return { meeting: Meeting, attendee: Attendee };
  }

  /** The end of the stack, the browser and all its pages. */
  async close(): Promise<void> {
    // Their pages' servers would keep this process.
    await Promise.allSettled(this.#clients.map((client) => client.close()));
    await Promise.all([this.#browser.close(), this.stack.stop()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** When each stage was reached in that page; waits until all of `wanted` were. */
export async function stagesOf(page: Page, wanted: readonly string[]): Promise<Record<string, number>> {
  await page.waitForFunction((names) => names.every((name) => name in window.probe.marks()), wanted, {
    polling: 20,
  });
  return page.evaluate(() => window.probe.marks());
}
