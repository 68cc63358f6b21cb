import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** Milliseconds that a test waits for an output or an effect of a start. */
const PATIENCE_MS = 60_000;
/** Milliseconds that a start may take; most of it is synthesis, if needed. */
const START_MS = 200_000;

/** `npm start` as a separate process with its own temporary folder, whether it succeeds or not. */
export class StartedProcess {
  /** The folder that the process uses as the system's temporary one. */
  readonly temporary: string;
  readonly endpointsFile: string;
  /** Everything that it printed. */
  output = '';
  errors = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  /** `args` are the complete command line. */
  constructor(args: string[], options: { env?: Record<string, string>; endpointsFile?: string } = {}) {
    const folder = mkdtempSync(path.join(tmpdir(), 'started-process-'));
    this.temporary = folder;
    this.endpointsFile = options.endpointsFile ?? path.join(`${folder}.d`, 'endpoints.json');
    this.#child = spawn(process.execPath, ['tools/start.mjs', ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: folder, ...options.env },
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    this.#ended = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)));
  }

  /** Starts on free ports, with its own endpoints file. */
  static onFreePorts(args: string[], env: Record<string, string> = {}): StartedProcess {
    const holder = mkdtempSync(path.join(tmpdir(), 'started-endpoints-'));
    const endpointsFile = path.join(holder, 'endpoints.json');
    const all = ['--port', '0', '--sip-port', '0', '--endpoints', endpointsFile, ...args];
    return new StartedProcess(all, { env, endpointsFile });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it left in its temporary folder, except the transpiler's cache. */
  get leftovers(): string[] {
    return readdirSync(this.temporary).filter((name) => !/^(tsx-|node-compile-cache)/.test(name));
  }

  /** Resolves when the runtime is ready. */
  async ready(): Promise<Record<string, unknown>> {
    await eventually('endpoints.json', () => existsSync(this.endpointsFile), {
      withinMs: START_MS,
      hopeless: () => !this.running && `it ended: ${this.output}${this.errors}`,
    });
    return JSON.parse(readFileSync(this.endpointsFile, 'utf8')) as Record<string, unknown>;
  }

  /** Resolves when the process has printed the text. */
  async says(text: string | RegExp): Promise<void> {
    const all = (): string => this.output + this.errors;
    const said = (): boolean => (typeof text === 'string' ? all().includes(text) : text.test(all()));
    await eventually(`it says ${text}`, said, {
      withinMs: PATIENCE_MS,
      instead: all,
      hopeless: () => !this.running && 'it ended',
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the exit code when the process has ended and its pipes are closed; null after a kill. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Kills the process if it runs, and removes its folders. */
  async destroy(): Promise<void> {
    if (this.running) this.kill('SIGKILL');
    await this.#ended;
    rmSync(this.temporary, { recursive: true, force: true });
    rmSync(path.dirname(this.endpointsFile), { recursive: true, force: true });
  }
}
