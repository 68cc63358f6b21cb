import { parentPort, type Transferable, type Worker } from 'node:worker_threads';
import { type Clock, systemClock } from './clock.ts';

/** How long a thread may take until it begins, ms: a hundred times what it takes on a machine with nothing else to do. */
const START_LIMIT_MS = 30_000;

/** Why a thread gives no result: the task failed, took too long, or broke the thread; too many wait; the thread is closed. */
export type TaskFault = 'failed' | 'late' | 'broken' | 'full' | 'closed';

export class TaskError extends Error {
  readonly fault: TaskFault;

  constructor(fault: TaskFault, message: string) {
    super(message);
    this.name = 'TaskError';
    this.fault = fault;
  }
}

type Answer<Result> = { begins: true } | { result: Result } | { failed: string };

/**
 * Answers tasks in a worker thread, as `TaskThread` asks. What `carryOut` throws is the task's failure.
 * @param moved what of a result is moved to the main thread, not copied
 */
export function answerTasks<Task, Result>(
  carryOut: (task: Task) => Result | Promise<Result>,
  moved: (result: Result) => Transferable[] = () => [],
): void {
  const port = parentPort;
  if (!port) throw new Error('Tasks are answered in a worker thread only.');
  const post = (answer: Answer<Result>, transfer: Transferable[] = []) => port.postMessage(answer, transfer);
  port.on('message', async (task: Task) => {
    // The sources are loaded: from now on the time is the task's.
    post({ begins: true });
    try {
      const result = await carryOut(task);
      post({ result }, moved(result));
    } catch (error) {
      post({ failed: (error as { message?: string }).message ?? String(error) });
    }
  });
}

export interface TaskThreadOptions {
  /** Makes the worker, which answers by `answerTasks`. */
  start(): Worker;
  clock?: Clock;
  /** Tasks that may wait; further ones are refused. Default: any number. */
  maxWaiting?: number;
  /** A thread that nobody asks for so long is ended, ms. Default: it stays; it never keeps the process alive. */
  idleMs?: number;
}

interface Waiting<Task, Result> {
  task: Task;
  limitMs: number;
  resolve(result: Result): void;
  reject(error: TaskError): void;
}

/**
 * A thread for what may stand for seconds, which calls, APIs and pages on the main thread must not. One task at a time: more
 * would take the processors from those who hear and speak. Started by the first task, and anew after one that hangs or breaks it.
 */
export class TaskThread<Task, Result> {
  readonly #options: TaskThreadOptions;
  readonly #clock: Clock;
  readonly #waiting: Waiting<Task, Result>[] = [];
  #worker: Worker | undefined;
  #current: Waiting<Task, Result> | undefined;
  #cancelLimit: () => void = () => {};
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: TaskThreadOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * @param limitMs how long the task may take once it has begun, ms
   * @throws TaskError that says why there is no result
   */
  run(task: Task, limitMs: number): Promise<Result> {
    const { maxWaiting = Number.POSITIVE_INFINITY } = this.#options;
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new TaskError('closed', 'the thread is closed'));
      if (this.#waiting.length >= maxWaiting) return reject(new TaskError('full', `${maxWaiting} wait`));
      this.#waiting.push({ task, limitMs, resolve, reject });
      this.#next();
    });
  }

  /** Ends the thread; tasks that are not done fail. */
  async close(): Promise<void> {
    this.#closed = true;
    const error = new TaskError('closed', 'the thread was closed');
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
    this.#settle((current) => current.reject(error));
    await this.#end();
  }

  #next(): void {
    if (this.#current) return;
    this.#current = this.#waiting.shift();
    if (!this.#current) return;
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#limit(START_LIMIT_MS);
    this.#worker.postMessage(this.#current.task);
  }

  #start(): Worker {
    const worker = this.#options.start();
    worker.on('message', (answer: Answer<Result>) => {
      if (worker === this.#worker) this.#take(answer);
    });
    worker.on('error', (error) => {
      if (worker === this.#worker)
        this.#giveUp('broken', error instanceof Error ? error.message : String(error));
    });
    worker.on('exit', () => {
      if (worker === this.#worker) this.#giveUp('broken', 'its thread ended');
    });
    return worker;
  }

  #take(answer: Answer<Result>): void {
    if ('begins' in answer) {
      if (this.#current) this.#limit(this.#current.limitMs);
      return;
    }
    this.#worker?.unref();
    const { idleMs } = this.#options;
    if (idleMs !== undefined) this.#idle = setTimeout(() => void this.#end(), idleMs).unref();
    this.#settle(({ resolve, reject }) => {
      if ('result' in answer) resolve(answer.result);
      else reject(new TaskError('failed', answer.failed));
    });
    this.#next();
  }

  #limit(ms: number): void {
    this.#cancelLimit();
    this.#cancelLimit = this.#clock.after(ms, () => this.#giveUp('late', `it takes longer than ${ms} ms`));
  }

  /** Ends the worker; the next task starts another. */
  #giveUp(fault: TaskFault, reason: string): void {
    void this.#end();
    this.#settle(({ reject }) => reject(new TaskError(fault, reason)));
    this.#next();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #settle(how: (current: Waiting<Task, Result>) => void): void {
    this.#cancelLimit();
    const current = this.#current;
    this.#current = undefined;
    if (current) how(current);
  }
}
