import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { type ThreadIds, type ThreadTimes, threadTimes } from './threads.ts';

/** The state that the server reports. */
export interface ServerState {
  rss: number;
  /** Bytes in use in the main thread and in the media thread. */
  usedBytes: number;
  mediaBytes: number;
  calls: number;
  legs: number;
}

interface Started {
  port: number;
  threads: ThreadIds;
}

/** `bench/call-server.ts` in a separate process, bundled as `npm start` is. */
export class CallServerProcess {
  readonly port: number;
  readonly #threads: ThreadIds;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, about: Started) {
    this.#child = child;
    this.#lines = lines;
    this.port = about.port;
    this.#threads = about.threads;
  }

  /** `args`: `--record` if each call is to be recorded. */
  static async start(...args: string[]): Promise<CallServerProcess> {
    const command = ['--expose-gc', 'bench/call-server.mjs', ...args];
    const child = spawn(process.execPath, command, {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const reader: Interface = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const lines = reader[Symbol.asyncIterator]();
    const first = await lines.next();
    return new CallServerProcess(child, lines, JSON.parse(String(first.value)) as Started);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** CPU since its start, by thread. */
  get times(): ThreadTimes {
    return threadTimes(this.pid, this.#threads);
  }

  /** Switches the recording of calls that begin from now on, if the server was started with `--record`. */
  record(isOn: boolean): void {
    this.#child.stdin?.write(`record ${isOn ? 'on' : 'off'}\n`);
  }

  /** The state after a garbage collection. */
  async state(): Promise<ServerState> {
    this.#child.stdin?.write('\n');
    return JSON.parse(String((await this.#lines.next()).value)) as ServerState;
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    await exited;
  }
}
