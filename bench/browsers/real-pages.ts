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

/** Sample rate of the microphone's file, which is silent. */
const RATE = 48_000;
/** The TypeScript loader adds calls of this helper, which names functions, to functions that go into a page as text. */
const NAMES = 'globalThis.__name ??= (named) => named;';

/** The runtime of `npm start` with tones as prompts, and a real browser with the probe in each of its pages. */
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

  /** Ids of the processes that belong to the measurement. */
  pids(): number[] {
    return descendants(process.pid);
  }

  /** A registered phone page with its default codec and its probe ready. No other page hides it. */
  async phone(): Promise<PagePhone> {
    const { context } = this.#browser;
    const page = await openPage(context);
    // The page's policy allows only scripts from its server; the probe's worklet comes from elsewhere.
    await (await context.newCDPSession(page)).send('Page.setBypassCSP', { enabled: true });
    const phone = await PagePhone.open(context, this.stack.endpoints.phone, { page, codec: 'Opus' });
    await phone.page.evaluate(() => window.probe.ready());
    return phone;
  }

  /** Calls, keys the PIN and waits until "joined" has been played. */
  async phoneInMeeting(): Promise<PagePhone> {
    const phone = await this.phone();
    await phone.call();
    await phone.untilHears(hzOf('enter-pin.wav'));
    await phone.keyPin();
    await phone.untilHears(hzOf('joined.wav'));
    await phone.untilGone(hzOf('joined.wav'));
    return phone;
  }

  /** A page with the real meeting client, in no meeting, with its probe ready. */
  async client(): Promise<ChimeClient> {
    const client = await ChimeClient.open(this.#browser.context);
    this.#clients.push(client);
    await client.page.evaluate(() => window.probe.ready());
    return client;
  }

  /** Creates an attendee in the first meeting, as the web client does. */
  async attendee(displayName: string): Promise<MeetingToJoin> {
    const name = (await this.stack.queryMeetings()).Meetings[0]?.name;
    const request = { name, audio: 'SendReceive', displayName };
    const { status, body } = await this.stack.post('/joinMeeting', request);
    if (status !== 201) throw new Error(`joinMeeting answered ${status}: ${JSON.stringify(body)}`);
    const { Meeting, Attendee } = body as JoinMeetingResponse;
    return { meeting: Meeting, attendee: Attendee };
  }

  /** Stops the stack, the browser and all its pages. */
  async close(): Promise<void> {
    // Otherwise their pages' servers would keep this process alive.
    await Promise.allSettled(this.#clients.map((client) => client.close()));
    await Promise.all([this.#browser.close(), this.stack.stop()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** When that page reached each stage; waits until it has reached all of `wanted`. */
export async function stagesOf(page: Page, wanted: readonly string[]): Promise<Record<string, number>> {
  await page.waitForFunction((names) => names.every((name) => name in window.probe.marks()), wanted, {
    polling: 20,
  });
  return page.evaluate(() => window.probe.marks());
}
