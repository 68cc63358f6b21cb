import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SCENARIOS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../tests/sipp');
/** Seconds after which sipp gives up, whatever its scenario waits for. */
const TIMEOUT_SECONDS = 150;

export interface SippOptions {
  /** A file of `tests/sipp/`, without `.xml`. */
  scenario: string;
  server: { host: string; port: number };
  to: string;
  /** The values of `[name]` in the scenario. */
  keys: Record<string, string | number>;
  transport?: 'udp' | 'tcp';
  /** Number of calls (default 1), and calls per second (default 10). */
  calls?: number;
  rate?: number;
  /** Milliseconds of the scenario's `<pause/>`. */
  pauseMs?: number;
}

/** A run of sipp, the SIP peer of Debian's `sip-tester`. */
export class Sipp {
  /** Resolves with the exit code: 0 if every call went as the scenario describes. */
  readonly done: Promise<number | null>;
  /** What it printed, including complaints about unexpected messages. */
  output = '';
  readonly #child: ChildProcess;

  constructor(options: SippOptions) {
    const { server, keys } = options;
    const folder = mkdtempSync(path.join(tmpdir(), 'sipp-'));
    // A file, because Node gives the child a socket as standard error, which cannot be opened by name; sipp
    // would exit.
    const complaints = path.join(folder, 'errors.log');
    const args = [
      `${server.host}:${server.port}`,
      ...['-sf', path.join(SCENARIOS, `${options.scenario}.xml`), '-s', options.to],
      ...['-i', '127.0.0.1', '-mi', '127.0.0.1', '-t', options.transport === 'tcp' ? 't1' : 'u1'],
      ...['-m', String(options.calls ?? 1), '-r', String(options.rate ?? 10)],
      ...['-d', String(options.pauseMs ?? 0), '-timeout', String(TIMEOUT_SECONDS)],
      ...Object.entries(keys).flatMap(([name, value]) => ['-key', name, String(value)]),
      ...['-nostdin', '-trace_err', '-error_file', complaints, '-skip_rlimit'],
    ];
    this.#child = spawn('sipp', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const hear = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-20_000);
    };
    this.#child.stdout?.on('data', hear);
    this.#child.stderr?.on('data', hear);
    this.done = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code) => {
        if (existsSync(complaints)) hear(readFileSync(complaints));
        rmSync(folder, { recursive: true, force: true });
        resolve(code);
      });
    });
  }

  /** Rejects with sipp's output unless every call went as the scenario describes. */
  async succeed(): Promise<void> {
    const code = await this.done;
    if (code !== 0) throw new Error(`sipp ended with ${code}:\n${this.output}`);
  }

  /** Kills the process if it still runs. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.done;
  }
}
