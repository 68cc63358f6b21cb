import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { QueryMeetingsResponse } from '#contract';
import type { Endpoints as RuntimeEndpoints } from '#runtime';
import { eventually } from './eventually.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** The endpoints file, including this repository's application's additions. */
export type Endpoints = RuntimeEndpoints & { pin: string };

/**
 * Options like those of a plain `npm start`, but with free ports; tests wait only for the functions that they
 * need.
 */
const OPTIONS = ['--port', '0', '--sip-port', '0', '--functions-on-demand'];
/** Milliseconds that a start may take; most of it is synthesis, if needed. */
const START_MS = 200_000;
/** Milliseconds for a graceful stop on a busy machine, and for reading the rest of the output afterwards. */
const STOP_MS = 60_000;
const LAST_OUTPUT_MS = 5_000;

/** The whole local runtime as a separate process, started as `npm start` starts it. */
export class RunningStack {
  readonly endpoints: Endpoints;
  /** Everything that it printed. */
  output = '';
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, endpoints: Endpoints, output: () => string) {
    this.#child = child;
    this.#folder = folder;
    this.endpoints = endpoints;
    Object.defineProperty(this, 'output', { get: output });
  }

  /**
   * Starts a runtime on free ports with its own data. `args` follow the defaults; `env` is added to the
   * environment.
   */
  static async start(
    args: string[] = ['--ephemeral'],
    env: Record<string, string> = {},
  ): Promise<RunningStack> {
    const folder = mkdtempSync(path.join(tmpdir(), 'running-stack-'));
    const file = path.join(folder, 'endpoints.json');
    const child = spawn(process.execPath, ['tools/start.mjs', ...OPTIONS, '--endpoints', file, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    // A test whose cleanup fails must not leave a stack behind.
    const endToo = (): boolean => child.kill('SIGINT');
    process.once('exit', endToo);
    child.once('exit', () => process.off('exit', endToo));
    let output = '';
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    await eventually('the runtime is ready', () => existsSync(file), {
      withinMs: START_MS,
      instead: () => output,
      hopeless: () => child.exitCode !== null && `it ended with ${child.exitCode}`,
    }).catch((error) => {
      child.kill('SIGKILL');
      throw error;
    });
    const endpoints = JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
    return new RunningStack(child, folder, endpoints, () => output);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Sends a POST to one of the API's routes with the script's token; `authorization: null` sends none. */
  async post(
    route: string,
    body: unknown,
    authorization: string | null = this.endpoints.apiAuthorization,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.endpoints.api}${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    try {
      return { status: response.status, body: JSON.parse(text) };
    } catch {
      return { status: response.status, body: text };
    }
  }

  async queryMeetings(): Promise<QueryMeetingsResponse> {
    return (await this.post('/queryMeetings', {})).body as QueryMeetingsResponse;
  }

  /** Queries repeatedly until `accept` returns a result. Rejects with what was last seen. */
  async until<T>(
    what: string,
    accept: (now: QueryMeetingsResponse) => T | undefined,
    withinMs?: number,
  ): Promise<Exclude<T, false | undefined | null>> {
    let now: QueryMeetingsResponse | undefined;
    const look = async (): Promise<T | undefined> => {
      now = await this.queryMeetings();
      return accept(now);
    };
    const instead = (): string => `${JSON.stringify(now, null, 1)}\n${this.output.slice(-4000)}`;
    return eventually(what, look, { withinMs, lookMs: 50, lookAtMostMs: 400, instead });
  }

  /** Resolves when its last output has been read, unless another process holds its pipes open. */
  async #allRead(): Promise<void> {
    const { stdout, stderr } = this.#child;
    const ends = [stdout, stderr].flatMap((pipe) =>
      pipe && !pipe.closed ? [new Promise((resolve) => pipe.once('close', resolve))] : [],
    );
    const given = new AbortController();
    const late = pause(LAST_OUTPUT_MS, undefined, { signal: given.signal }).catch(() => {});
    await Promise.race([Promise.all(ends), late]);
    given.abort();
  }

  /** Stops it as Ctrl-C does; resolves with the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    const exited = new Promise<number | null>((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) resolve(this.#child.exitCode);
      else this.#child.once('exit', (code) => resolve(code));
    });
    this.#child.kill(signal);
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    const code = await exited;
    clearTimeout(kill);
    await this.#allRead();
    rmSync(this.#folder, { recursive: true, force: true });
    return code;
  }
}
