import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { lastedMs } from 'pstn-audio/record';
import type { Runtime } from '#runtime';
import type { Terminal } from './terminal.ts';

/** A key's action, with the text that the key `h` lists for it. */
interface Key {
  does: string;
  act(): void | Promise<void>;
}

/** Rows of the list of calls, enough for one screen. Our choice. */
const LISTED_CALLS = 10;

/**
 * Whether a person can press keys: not in a pipe, and not on a build server that only imitates a terminal.
 */
export function mayPressKeys(
  streams: { stdin: { isTTY?: boolean }; stdout: { isTTY?: boolean } } = process,
  environment: Record<string, string | undefined> = process.env,
): boolean {
  return Boolean(streams.stdin.isTTY && streams.stdout.isTTY && !environment.CI);
}

/** Opens a URL in the desktop's browser. */
export function openInBrowser(url: string, onFailed: () => void): void {
  const [file = '', ...args] =
    process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '']
        : ['xdg-open'];
  const child = spawn(file, [...args, url], { stdio: 'ignore', detached: true });
  child.once('error', onFailed);
  child.once('exit', (code) => code && onFailed());
  child.unref();
}

/**
 * The actions of the terminal's keys. A key takes effect after Enter, as in Vite, so the terminal stays in
 * line mode and Ctrl-C, Ctrl-Z and copying work.
 */
export class TerminalKeys {
  readonly #terminal: Pick<Terminal, 'say' | 'showInFull'>;
  readonly #runtime: Pick<Runtime, 'endpoints' | 'calls' | 'buildAgain'>;
  readonly #open: typeof openInBrowser;
  readonly #quit: () => void;
  #inFull = false;
  #building = false;

  constructor(parts: {
    terminal: Pick<Terminal, 'say' | 'showInFull'>;
    runtime: Pick<Runtime, 'endpoints' | 'calls' | 'buildAgain'>;
    quit: () => void;
    open?: typeof openInBrowser;
  }) {
    this.#terminal = parts.terminal;
    this.#runtime = parts.runtime;
    this.#quit = parts.quit;
    this.#open = parts.open ?? openInBrowser;
  }

  /** Reads lines until the stream ends. */
  listen(input: NodeJS.ReadableStream = process.stdin): void {
    this.#terminal.say('Press h and Enter for the keys.');
    createInterface({ input }).on('line', (line) => void this.press(line.trim()));
  }

  /** Runs the key's action. Unknown keys are ignored. */
  async press(name: string): Promise<void> {
    await this.#keys[name]?.act();
  }

  readonly #keys: Readonly<Record<string, Key>> = {
    o: { does: 'open the page', act: () => this.#show(this.#runtime.endpoints.console) },
    p: { does: 'open the phone', act: () => this.#show(this.#runtime.endpoints.phone) },
    c: { does: 'list the last calls, with their pages', act: () => this.#listCalls() },
    v: { does: 'show events and answers in full, or no longer', act: () => this.#toggleInFull() },
    r: { does: 'build the application again', act: () => this.#buildAgain() },
    q: { does: 'end calls and quit', act: () => this.#quit() },
    h: { does: 'show this', act: () => this.#help() },
  };

  #help(): void {
    for (const [name, { does }] of Object.entries(this.#keys)) this.#terminal.say(`  ${name}  ${does}`);
  }

  #show(url: string): void {
    if (url === '') this.#terminal.say('This application has no page.');
    else this.#open(url, () => this.#terminal.say(`Open ${url} in your browser.`));
  }

  async #listCalls(): Promise<void> {
    const { calls, endpoints } = this.#runtime;
    const last = (await calls.summaries()).slice(0, LISTED_CALLS);
    if (last.length === 0) this.#terminal.say('No calls yet.');
    for (const call of last) {
      const { at, from, to, state, failedInvocations, transactionId } = call;
      const time = new Date(at).toTimeString().slice(0, 8);
      const failed = failedInvocations > 0 ? `, ${failedInvocations} failed` : '';
      const lasted = `${Math.round(lastedMs(call, Date.now()) / 1000)} s`;
      this.#terminal.say(`  ${time}  ${from} → ${to}  ${state}, ${lasted}${failed}`);
      this.#terminal.say(`            ${endpoints.calls}#${transactionId}`);
    }
  }

  #toggleInFull(): void {
    this.#inFull = !this.#inFull;
    this.#runtime.calls.follow(
      this.#inFull ? (_transactionId, entry) => this.#terminal.showInFull(entry) : undefined,
    );
    this.#terminal.say(
      this.#inFull
        ? 'Events and answers are shown in full; keys are masked.'
        : 'Events are shown in one line.',
    );
  }

  async #buildAgain(): Promise<void> {
    if (this.#building) return;
    this.#building = true;
    this.#terminal.say('Building again …');
    try {
      await this.#runtime.buildAgain();
      this.#terminal.say('Built again.');
    } catch (error) {
      this.#terminal.say(`Not built: ${(error as Error).message}`);
    } finally {
      this.#building = false;
    }
  }
}
