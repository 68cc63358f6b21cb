import { Worker } from 'node:worker_threads';
import { SpeechError } from 'pstn-audio';
import { type Clock, type Log, threadEntry } from '#platform';
import type { SpeechOutcome, SpeechTask } from './worker-protocol.ts';

/** How long one synthesis may take, milliseconds. A thousand characters take two to five seconds. */
export const SYNTHESIS_LIMIT_MS = 30_000;
/** Tasks that may wait; a caller would hear the last of them much too late. */
const MAX_WAITING = 64;

const WORKER = threadEntry(import.meta.url, {
  source: './speech-worker.boot.mjs',
  packed: '../speech-worker.js',
  bundle: 'speech-worker.mjs',
});

/** How a worker is made; a test gives one that hangs. */
export type StartWorker = () => Worker;

const startSpeechWorker: StartWorker = () => new Worker(WORKER, { execArgv: [] });

interface Waiting {
  task: SpeechTask;
  resolve(samples: Int16Array): void;
  reject(error: Error): void;
}

/** One worker that speaks one task after another; started by the first, restarted when it hangs or dies. */
export class SpeechThread {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #start: StartWorker;
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #current: Waiting | undefined;
  #cancelLimit: () => void = () => {};
  #closed = false;

  constructor(clock: Clock, log: Log, start: StartWorker = startSpeechWorker) {
    this.#clock = clock;
    this.#log = log;
    this.#start = start;
  }

  say(task: SpeechTask): Promise<Int16Array> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new SpeechError('The speech service is closed.', 'asked after the end'));
      } else if (this.#waiting.length >= MAX_WAITING) {
        reject(
          new SpeechError(
            'Amazon Polly is throttling the request to synthesize speech.',
            `${MAX_WAITING} wait`,
          ),
        );
      } else {
        this.#waiting.push({ task, resolve, reject });
        this.#next();
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    const error = new SpeechError('The speech service is closed.', 'ended while it spoke');
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
    this.#settle((current) => current.reject(error));
    this.#worker = undefined;
    await worker?.terminate();
  }

  #next(): void {
    if (this.#current) return;
    this.#current = this.#waiting.shift();
    if (!this.#current) return;
    const worker = this.#worker ?? this.#startWorker();
    worker.ref();
    this.#cancelLimit = this.#clock.after(SYNTHESIS_LIMIT_MS, () => this.#giveUp('took too long'));
    worker.postMessage(this.#current.task);
  }

  #startWorker(): Worker {
    const worker = this.#start();
    this.#worker = worker;
    worker.on('message', (outcome: SpeechOutcome) => {
      if (worker !== this.#worker) return;
      // An idle worker does not keep the process alive.
      worker.unref();
      this.#settle((current) => {
        if ('samples' in outcome) current.resolve(outcome.samples);
        else current.reject(new SpeechError('Speech could not be synthesized.', outcome.fault));
      });
      this.#next();
    });
    worker.on('error', (error) => {
      if (worker === this.#worker) this.#giveUp(error instanceof Error ? error.message : String(error));
    });
    return worker;
  }

  /** Ends the worker; the next task starts another. */
  #giveUp(reason: string): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    this.#log.warn('speech synthesis was given up; the next text starts it anew', { reason });
    this.#settle((current) => current.reject(new SpeechError('Speech could not be synthesized.', reason)));
    this.#next();
  }

  #settle(how: (current: Waiting) => void): void {
    this.#cancelLimit();
    const current = this.#current;
    this.#current = undefined;
    if (current) how(current);
  }
}
