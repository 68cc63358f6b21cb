import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '#testkit';

/** Where Debian puts servers; a user's PATH may lack some of these folders. */
const PLACES = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/usr/bin'];
/** Milliseconds that a server may take until it answers, and between two checks. */
const START_MS = 20_000;
const LOOK_MS = 100;
/** Milliseconds that it may take to shut down gracefully. */
const STOP_MS = 3_000;

/** The path of an installed program; undefined when it is not installed. */
export function installed(program: string): string | undefined {
  return PLACES.map((place) => path.join(place, program)).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Another server, run with its own files in its own folder until it is stopped. */
export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #output = '';

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    const hear = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-4_000);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    const endToo = (): boolean => child.kill('SIGKILL');
    process.once('exit', endToo);
    child.once('exit', () => process.off('exit', endToo));
  }

  /**
   * Writes its files and starts it; resolves when `answers` is true.
   *
   * @throws Error with its output, when it ends or does not answer.
   */
  static async start(
    program: string,
    argsIn: (folder: string) => string[],
    filesIn: (folder: string) => Readonly<Record<string, string>>,
    answers: () => Promise<boolean>,
  ): Promise<PeerProcess> {
    const folder = mkdtempSync(path.join(tmpdir(), 'bench-peer-'));
    for (const [name, text] of Object.entries(filesIn(folder))) {
      writeFileSync(path.join(folder, name), text);
    }
    const child = spawn(program, argsIn(folder), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const peer = new PeerProcess(child, folder);
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    try {
      await eventually(`${program} answers`, answers, {
        withinMs: START_MS,
        lookMs: LOOK_MS,
        instead: () => peer.#output,
        hopeless: () => failure?.message ?? (child.exitCode !== null && `it ended with ${child.exitCode}`),
      });
    } catch (error) {
      await peer.stop();
      throw error;
    }
    return peer;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(kill);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
