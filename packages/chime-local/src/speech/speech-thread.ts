import { Worker } from 'node:worker_threads';
import { SpeechError } from 'pstn-audio';
import { type Clock, type Log, TaskError, TaskThread, threadEntry } from '#platform';
import type { SpeechTask } from './worker-protocol.ts';

/** Time limit of one synthesis, milliseconds. A thousand characters take two to five seconds. */
export const SYNTHESIS_LIMIT_MS = 30_000;
/** Maximum number of waiting tasks; a caller would hear the last of them much too late. */
const MAX_WAITING = 64;

const WORKER = threadEntry(import.meta.url, {
  source: './speech-worker.boot.mjs',
  packed: '../speech-worker.js',
  bundle: 'speech-worker.mjs',
});

/** Creates a worker; a test passes one that hangs. */
export type StartWorker = () => Worker;

const startSpeechWorker: StartWorker = () => new Worker(WORKER, { name: 'speech', execArgv: [] });

/** The thread that synthesises speech. */
export class SpeechThread {
  readonly #log: Log;
  readonly #thread: TaskThread<SpeechTask, Int16Array>;

  constructor(clock: Clock, log: Log, start: StartWorker = startSpeechWorker) {
    this.#log = log;
    this.#thread = new TaskThread({ start, clock, maxWaiting: MAX_WAITING });
  }

  /** Speaks a text. @throws SpeechError with the service's message */
  async say(task: SpeechTask): Promise<Int16Array> {
    try {
      return await this.#thread.run(task, SYNTHESIS_LIMIT_MS);
    } catch (error) {
      throw error instanceof TaskError ? this.#inTheServicesWords(error) : error;
    }
  }

  #inTheServicesWords({ fault, message }: TaskError): SpeechError {
    if (fault === 'closed') return new SpeechError('The speech service is closed.', message);
    if (fault === 'full')
      return new SpeechError('Amazon Polly is throttling the request to synthesize speech.', message);
    if (fault !== 'failed')
      this.#log.warn('speech synthesis was given up; the next text starts it anew', { reason: message });
    return new SpeechError('Speech could not be synthesized.', message);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
