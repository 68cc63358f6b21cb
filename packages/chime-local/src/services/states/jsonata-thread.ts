/**
 * Expressions of JSONata are evaluated in a thread of their own: one may call itself without end, or look for a pattern that
 * backtracks for hours in what a caller said. Calls, the APIs and the pages share the main thread.
 */
import { Worker } from 'node:worker_threads';
import { threadEntry } from '#platform';

export interface ExpressionTask {
  text: string;
  /** Variables by their names without `$`. */
  bindings: Readonly<Record<string, unknown>>;
}

/** Its value as JSON, or what was wrong with it; neither where it has no value. */
export interface ExpressionOutcome {
  json?: string;
  fault?: string;
}

/** How long one expression may take, ms. Usual ones take less than one. Ours: Step Functions names no limit. */
const EXPRESSION_LIMIT_MS = 2_000;
/** How long the thread may take until it begins, ms: a hundred times what it takes on a machine with nothing else to do. */
const START_LIMIT_MS = 30_000;
/** The thread's memory, MB: the largest input of a state is 256 KiB. Step Functions developer guide, "Service quotas". */
const MEMORY_MB = 128;
/** A thread that nobody asks for so long is ended, ms. */
const IDLE_MS = 10_000;

const WORKER = threadEntry(import.meta.url, {
  source: './jsonata-worker.boot.mjs',
  packed: '../../jsonata-worker.js',
  bundle: 'jsonata-worker.mjs',
});

/** One expression at a time: more at once would take the processors from those who hear and speak. */
let last: Promise<unknown> = Promise.resolve();
/** Started by the first expression, and again by the next one after it was ended. */
let thread: ExpressionThread | undefined;

/** Never rejects: what goes wrong is the outcome's fault. */
export function evaluateAside(
  task: ExpressionTask,
  limitMs: number = EXPRESSION_LIMIT_MS,
): Promise<ExpressionOutcome> {
  const mine = last.then(() => {
    if (!thread?.lives) thread = new ExpressionThread();
    return thread.evaluate(task, limitMs);
  });
  last = mine;
  return mine;
}

class ExpressionThread {
  readonly #worker = new Worker(WORKER, {
    name: 'jsonata',
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  #timer: NodeJS.Timeout | undefined;
  #settle: (outcome: ExpressionOutcome) => void = () => {};
  #limitMs = EXPRESSION_LIMIT_MS;
  lives = true;

  constructor() {
    this.#worker.on('message', (said: 'begins' | ExpressionOutcome) => {
      if (said === 'begins') this.#limit(this.#limitMs);
      else this.#rest(said);
    });
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', () => this.#end('its thread ended'));
  }

  evaluate(task: ExpressionTask, limitMs: number): Promise<ExpressionOutcome> {
    this.#worker.ref();
    this.#limitMs = limitMs;
    this.#limit(START_LIMIT_MS);
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#worker.postMessage(task);
    });
  }

  #limit(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(`it takes longer than ${ms} ms`), ms);
  }

  /** It has answered; an idle thread does not keep the process alive. */
  #rest(outcome: ExpressionOutcome): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end('idle'), IDLE_MS).unref();
    this.#worker.unref();
    this.#settle(outcome);
  }

  #end(fault: string): void {
    clearTimeout(this.#timer);
    this.lives = false;
    this.#settle({ fault });
    void this.#worker.terminate();
  }
}
