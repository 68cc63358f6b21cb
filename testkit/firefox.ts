import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';

/**
 * A headless Firefox driven over WebDriver BiDi (W3C), which Debian's Firefox supports itself. Limited to
 * what tests need: opening a page, evaluating in it, and clicking and filling by script.
 */

const PLACES = [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'];
/** Milliseconds that Firefox may take to start on two busy cores. */
const START_MS = 60_000;

/** A fake microphone that hums, no prompts, no background network requests. */
const PREFERENCES: Record<string, boolean | number | string> = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false,
  'media.gmp-manager.url': '',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': '',
  'toolkit.telemetry.enabled': false,
};

/** The path of a Firefox, if there is one. */
export function firefoxPath(): string | undefined {
  return PLACES.find((place) => place !== undefined && existsSync(place));
}

/** One page in a Firefox process of its own. */
export class FirefoxPage {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  #context = '';
  #commands = 0;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.on('message', (data) => this.#hear(JSON.parse(String(data))));
  }

  /** Starts Firefox and opens a page. @throws Error if there is none or it does not start */
  static async open(url: string): Promise<FirefoxPage> {
    const path = firefoxPath();
    if (!path) throw new Error('No Firefox found. Install it (Debian: apt-get install firefox-esr).');
    const profile = await mkdtemp(join(tmpdir(), 'live-call-firefox-'));
    const lines = Object.entries(PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    await writeFile(join(profile, 'user.js'), lines.join(''));
    const child = spawn(
      path,
      ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' },
      },
    );
    // A test whose cleanup fails must not leave a browser behind.
    const endToo = (): boolean => child.kill('SIGKILL');
    process.once('exit', endToo);
    child.once('exit', () => process.off('exit', endToo));
    try {
      const socket = new WebSocket(`${await listening(child)}/session`);
      await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
      const page = new FirefoxPage(child, profile, socket);
      await page.#begin(url);
      return page;
    } catch (error) {
      child.kill('SIGKILL');
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
      throw error;
    }
  }

  /** Evaluates an expression in the page and awaits a promise. The value must be JSON. */
  async evaluate<T>(expression: string): Promise<T> {
    const result = await this.#command<{
      type: string;
      result?: { value?: string };
      exceptionDetails?: { text: string };
    }>('script.evaluate', {
      expression: `(async () => JSON.stringify(await (${expression})) ?? 'null')()`,
      target: { context: this.#context },
      awaitPromise: true,
      userActivation: true,
    });
    if (result.type !== 'success') throw new Error(`In Firefox: ${result.exceptionDetails?.text}`);
    return JSON.parse(result.result?.value ?? 'null') as T;
  }

  /** Ends the browser and removes its profile. */
  async close(): Promise<void> {
    const exited = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#socket.terminate();
    this.#child.kill('SIGKILL');
    await exited;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #begin(url: string): Promise<void> {
    await this.#command('session.new', { capabilities: {} });
    const { context } = await this.#command<{ context: string }>('browsingContext.create', { type: 'tab' });
    this.#context = context;
    await this.#command('browsingContext.navigate', { context, url, wait: 'complete' });
  }

  #command<T>(method: string, params: object): Promise<T> {
    const id = ++this.#commands;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  #hear(message: { id?: number; result?: unknown; error?: string; message?: string }): void {
    const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (message.id === undefined || !waiting) return;
    this.#waiting.delete(message.id);
    if (message.error) waiting.reject(new Error(`Firefox: ${message.error}: ${message.message}`));
    else waiting.resolve(message.result as never);
  }
}

/** The address that Firefox prints once it can be driven. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`Firefox did not start: ${said}`)), START_MS);
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + String(chunk)).slice(-2000);
      const address = /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1];
      if (!address) return;
      clearTimeout(timer);
      resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`Firefox ended with ${code}: ${said}`)));
  });
}
