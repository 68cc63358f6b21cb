import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { openPage } from '../browser.ts';
import { eventually } from '../eventually.ts';
import type { PhoneStart } from './page.ts';

export type WebPhoneLibrary = 'jssip' | 'sipjs';

/** Switches that, besides a microphone, let a page play sound without a click. */
export const WEB_PHONE_FLAGS = [
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
];

/** Milliseconds between two checks, each of which queries the page. */
const LOOKS = { lookMs: 20, lookAtMostMs: 100 };

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Serves the telephone pages on the loopback, and passes upgrades of `/sip` on if a test requests that. */
export class WebPhoneServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket.once('close', () => this.#sockets.delete(socket)));
    });
  }

  static async start(onSip?: Upgrade): Promise<WebPhoneServer> {
    const scripts = await bundles();
    const server = createServer(({ url = '' }, response) => {
      const script = scripts.get(url.slice(1).replace('.js', ''));
      const wantsScript = url.endsWith('.js') && script !== undefined;
      response.setHeader('Content-Type', wantsScript ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(wantsScript ? script : `<!doctype html><script src="${url}.js"></script>`);
    });
    server.on('upgrade', (request, socket, head) => {
      if (onSip && request.url === '/sip') onSip(request, socket, head);
      else socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new WebPhoneServer(server);
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the pages are not served');
    return address.port;
  }

  get sipUrl(): string {
    return `ws://127.0.0.1:${this.port}/sip`;
  }

  /** Opens a page with that library and registers the number. */
  async phone(
    context: BrowserContext,
    library: WebPhoneLibrary,
    start: Omit<PhoneStart, 'url'> & { url?: string },
  ): Promise<WebPhone> {
    const page = await openPage(context);
    await page.goto(`http://127.0.0.1:${this.port}/${library}`);
    await page.evaluate((options) => window.phone.start(options), { url: this.sipUrl, ...start });
    return new WebPhone(page);
  }

  /** Closes the server and all its connections, including passed-on upgrades. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** One script per library, built once per process. */
let made: Promise<Map<string, string>> | undefined;
function bundles(): Promise<Map<string, string>> {
  made ??= build({
    entryPoints: ['jssip', 'sipjs'].map((library) => ({
      in: fileURLToPath(new URL(`${library}-page.ts`, import.meta.url)),
      out: library,
    })),
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    outdir: '/',
    logLevel: 'error',
  }).then(
    ({ outputFiles }) =>
      new Map(outputFiles.map(({ path, text }) => [path.replace(/^.*[\\/]|\.js$/g, ''), text])),
  );
  return made;
}

/** A telephone in a browser page, driven by a test. */
export class WebPhone {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  log(): Promise<string[]> {
    return this.page.evaluate(() => [...window.phone.log]);
  }

  /** Waits until the log has `times` matching lines. */
  async until(line: RegExp, times = 1): Promise<void> {
    await this.#wait(`${times} × ${line}`, async () => {
      const log = await this.log();
      return log.filter((one) => line.test(one)).length >= times;
    });
  }

  call = (number: string): Promise<void> => this.page.evaluate((to) => window.phone.call(to), number);
  answer = (): Promise<void> => this.page.evaluate(() => window.phone.answer());
  hangUp = (): Promise<void> => this.page.evaluate(() => window.phone.hangUp());
  restartIce = (): Promise<void> => this.page.evaluate(() => window.phone.restartIce());
  stop = (): Promise<void> => this.page.evaluate(() => window.phone.stop());
  hold = (held: boolean): Promise<void> => this.page.evaluate((on) => window.phone.hold(on), held);
  press = (keys: string, by: 'rtp' | 'info'): Promise<void> =>
    this.page.evaluate(([digits, way]) => window.phone.press(digits, way), [keys, by] as const);

  connection(): Promise<string> {
    return this.page.evaluate(() => window.media.connection());
  }

  inbound(): Promise<{ packets: number; codec: string; lost: number }> {
    return this.page.evaluate(() => window.media.inbound());
  }

  levelAt(hz: number): Promise<number> {
    return this.page.evaluate((frequency) => window.media.levelAt(frequency), hz);
  }

  /** Waits until the media connection is in this state. */
  async untilConnection(state: string): Promise<void> {
    await this.#wait(`connection ${state}`, async () => (await this.connection()) === state);
  }

  /** Waits until the tone is heard, well above the neighbouring frequency. */
  async untilHears(hz: number): Promise<void> {
    await this.#wait(`a tone of ${hz} Hz`, () => this.hears(hz));
  }

  /** Waits until the tone is no longer heard. */
  async untilDeaf(hz: number): Promise<void> {
    await this.#wait(`the end of ${hz} Hz`, async () => !(await this.hears(hz)));
  }

  async hears(hz: number): Promise<boolean> {
    const [level, beside] = await this.page.evaluate(
      (frequency) => [window.media.levelAt(frequency), window.media.levelAt(frequency * 1.37)],
      hz,
    );
    return level! > -60 && level! > beside! + 15;
  }

  async #wait(what: string, holds: () => Promise<boolean>): Promise<void> {
    const instead = async (): Promise<string> => `The page's log: ${await this.log()}`;
    await eventually(`the page waits for ${what}`, holds, {
      ...LOOKS,
      instead,
    });
  }
}
