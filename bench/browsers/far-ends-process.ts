import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LocalMedia, RemoteMedia } from '#media-edge';
import type { FarEndOptions } from './far-end.ts';
import type { Command } from './far-ends.ts';
import { PACKET_MS, type Says } from './prepared-voice.ts';

const PROGRAM = 'bench/browsers/far-ends.ts';

/** `far-ends.ts` in a separate process, which ends with this one, however that ends. */
export class FarEndsProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    this.#child = spawn(process.execPath, ['--import', 'tsx', PROGRAM], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdin?.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[
      Symbol.asyncIterator
    ]();
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Returns what the far end's session description would say. */
  open(local: LocalMedia, options: FarEndOptions): Promise<RemoteMedia> {
    return this.#ask({ do: 'open', local, options });
  }

  connect(): Promise<true> {
    return this.#ask({ do: 'connect' });
  }

  say(says: Says[]): Promise<true> {
    return this.#ask({ do: 'say', says });
  }

  /** When the beep's first packet was sent, in ms of that process's clock. */
  beep(index: number): Promise<number> {
    return this.#ask({ do: 'beep', index });
  }

  onsets(): Promise<number[][]> {
    return this.#ask({ do: 'onsets' });
  }

  /**
   * Deviations, in ms, of the packets' spacing from the spacing that browsers are sent, since the last call,
   * of all far ends.
   */
  async deviations(): Promise<number[]> {
    const arrivals = await this.#ask<number[][]>({ do: 'arrivals' });
    return arrivals.flatMap((times) =>
      times.slice(1).map((time, index) => Math.abs(time - (times[index] as number) - PACKET_MS.full)),
    );
  }

  closeAll(): Promise<true> {
    return this.#ask({ do: 'close' });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    await exited;
  }

  #ask<T>(command: Command): Promise<T> {
    const answer = this.#last.then(async () => {
      this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
      const { value, done } = await this.#lines.next();
      if (done) throw new Error('the far ends’ process has ended');
      return JSON.parse(String(value)) as T;
    });
    this.#last = answer.catch(() => {});
    return answer;
  }
}
