import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { openPage } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { bundledPage } from './bundle.ts';
import type {
  ChimePage,
  ClientState,
  JoinOptions,
  MeetingToJoin,
  Microphone,
  SeenAttendee,
  SeenVideo,
} from './page-contract.ts';

/**
 * Switches for a browser with a microphone that joins meetings: sound without a click, connections within one
 * machine.
 */
export const CHIME_CLIENT_FLAGS = [
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
];

/** The level in dB above which a frequency counts as present; leakage of codecs and windows is below. */
const PRESENT_DB = -40;
/** Milliseconds between two checks, each of which queries the page. */
const LOOKS = { lookMs: 50, lookAtMostMs: 250 };

/**
 * The unmodified `amazon-chime-sdk-js` in a page of a real browser: it joins meetings, hears, speaks and sees
 * attendees.
 */
export class ChimeClient {
  readonly page: Page;
  /** What the package wrote to the browser's console. */
  readonly log: string[] = [];
  readonly #server: Server;

  private constructor(page: Page, server: Server) {
    this.page = page;
    this.#server = server;
    page.on('console', (message) => this.log.push(message.text()));
    page.on('pageerror', (error) => this.log.push(`page error: ${error.message}`));
  }

  /** Opens the page in a browser that was started with `CHIME_CLIENT_FLAGS`. */
  static async open(context: BrowserContext): Promise<ChimeClient> {
    const script = await bundledPage();
    const server = createServer((request, response) => {
      const wanted = request.url === '/page.js';
      response.setHeader('content-type', wanted ? 'text/javascript' : 'text/html');
      response.end(
        wanted ? script : '<!doctype html><title>A meeting</title><script src="page.js"></script>',
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = new ChimeClient(await openPage(context), server);
    await client.page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return client;
  }

  /** Starts joining; `joinAndStart` also waits until the client has started. */
  async join(meeting: MeetingToJoin, options: JoinOptions = {}): Promise<void> {
    await this.page.evaluate(([what, how]) => window.chimePage.join(what, how), [meeting, options] as const);
  }

  /** Joins and waits until the client reports that it has started. */
  async joinAndStart(meeting: MeetingToJoin, options: JoinOptions = {}): Promise<void> {
    await this.join(meeting, options);
    await this.until('started', ({ started }) => started);
  }

  state(): Promise<ClientState> {
    return this.page.evaluate(() => window.chimePage.state());
  }

  /**
   * Checks the state repeatedly until `holds`.
   * @throws Error with the state if that does not happen in time
   */
  async until(what: string, holds: (state: ClientState) => boolean, withinMs?: number): Promise<ClientState> {
    return eventually(
      what,
      async () => {
        const state = await this.state();
        return holds(state) && state;
      },
      { withinMs, ...LOOKS, instead: async () => this.#story(await this.state()) },
    );
  }

  /** Waits until the client reports the status code of the session's end, e.g. `MeetingEnded`. */
  async untilStopped(withinMs?: number): Promise<string> {
    return (await this.until('the end', ({ stopped }) => stopped !== undefined, withinMs)).stopped!;
  }

  /** Waits until exactly these attendees are present. */
  async untilPresent(attendeeIds: string[], withinMs?: number): Promise<SeenAttendee[]> {
    const wanted = [...attendeeIds].sort().join();
    const ids = ({ present }: ClientState) => present.map(({ attendeeId }) => attendeeId).sort();
    const { present } = await this.until(
      `present: ${wanted}`,
      (state) => ids(state).join() === wanted,
      withinMs,
    );
    return present;
  }

  /** Waits until the package has written this many matching lines. */
  async untilLogged(line: RegExp, times: number, withinMs?: number): Promise<void> {
    const count = () => this.log.filter((text) => line.test(text)).length;
    await this.until(`${times} times ${line}`, () => count() >= times, withinMs);
  }

  /** The level of each frequency in what the client plays, dB. */
  levels(...hz: number[]): Promise<number[]> {
    return this.page.evaluate((frequencies) => window.chimePage.levels(frequencies), hz);
  }

  async hears(hz: number): Promise<boolean> {
    return ((await this.levels(hz))[0] ?? Number.NEGATIVE_INFINITY) > PRESENT_DB;
  }

  /** Waits until the client hears a tone, or no longer hears it. */
  async untilHears(hz: number, heard = true, withinMs?: number): Promise<void> {
    const instead = async (): Promise<string> =>
      `${await this.levels(hz)} dB\n${this.#story(await this.state())}`;
    await eventually(
      `${hz} Hz ${heard ? 'heard' : 'no longer heard'}`,
      async () => (await this.hears(hz)) === heard,
      { withinMs, ...LOOKS, instead },
    );
  }

  setMicrophone(microphone: Microphone): Promise<void> {
    return this.#call('setMicrophone', microphone);
  }

  mute(): Promise<void> {
    return this.#call('mute');
  }

  unmute(): Promise<boolean> {
    return this.#call('unmute');
  }

  send(topic: 'chat' | 'signal', text: string, lifetimeMs?: number): Promise<void> {
    return this.#call('send', topic, text, lifetimeMs);
  }

  setCamera(on: boolean): Promise<void> {
    return this.#call('setCamera', on);
  }

  startCamera(): Promise<void> {
    return this.#call('startCamera');
  }

  shareContent(hz?: number): Promise<string> {
    return this.#call('shareContent', hz);
  }

  stopContent(): Promise<void> {
    return this.#call('stopContent');
  }

  /** Waits until this many more frames of somebody's video were shown. */
  async untilSees(attendeeId: string, frames = 10, withinMs?: number): Promise<SeenVideo> {
    const find = ({ videos }: ClientState) => videos.find((video) => video.attendeeId === attendeeId);
    const before = find(await this.state())?.frames ?? 0;
    const state = await this.until(
      `${frames} pictures of ${attendeeId}`,
      (now) => (find(now)?.frames ?? 0) >= before + frames && (find(now)?.width ?? 0) > 0,
      withinMs,
    );
    return find(state)!;
  }

  packetsReceived(): Promise<number> {
    return this.#call('packetsReceived');
  }

  /** Leaves the meeting as an application does, and waits until the client confirms it. */
  async leave(): Promise<void> {
    await this.#call('leave');
    await this.untilStopped();
  }

  /** Closes the page, whatever it is doing. */
  async close(): Promise<void> {
    await this.page.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #call<Name extends keyof ChimePage>(
    name: Name,
    ...args: Parameters<ChimePage[Name]>
  ): Promise<Awaited<ReturnType<ChimePage[Name]>>> {
    return this.page.evaluate(
      ([method, values]) => {
        const action = window.chimePage[method as keyof ChimePage] as (...all: unknown[]) => unknown;
        return action(...(values as unknown[])) as never;
      },
      [name, args] as const,
    );
  }

  #story(state: ClientState): string {
    return `${JSON.stringify(state, null, 1)}\n${this.log.slice(-30).join('\n')}`;
  }
}
