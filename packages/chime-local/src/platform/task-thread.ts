import { parentPort, type Transferable, type Worker } from 'node:worker_threads';
import { type Clock, systemClock } from './clock.ts';

/** Time limit for the start of a thread, ms: a hundred times what it takes on an idle machine. */
const START_LIMIT_MS = 30_000;

/**
 * Why there is no result: the task failed, took too long or broke the thread; too many tasks wait; the thread
 * is closed.
 */
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
 * Answers the tasks of a `TaskThread` in its worker thread. If `carryOut` throws, the task fails.
 * @param moved returns the parts of a result that are moved, not copied, to the main thread
 */
export function answerTasks<Task, Result>(
  carryOut: (task: Task) => Result | Promise<Result>,
  moved: (result: Result) => Transferable[] = () => [],
): void {
  const port = parentPort;
  if (!port) throw new Error('Tasks are answered in a worker thread only.');
  const post = (answer: Answer<Result>, transfer: Transferable[] = []) => port.postMessage(answer, transfer);
  port.on('message', async (task: Task) => {
    // The sources have been loaded, so the time limit of the task begins now.
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
  /** Creates the worker, which must call `answerTasks`. */
  start(): Worker;
  clock?: Clock;
  /** Maximum number of waiting tasks; further ones are refused. Default: unlimited. */
  maxWaiting?: number;
  /** An idle thread is ended after this time, ms. Default: never; it does not keep the process alive. */
  idleMs?: number;
}

interface Waiting<Task, Result> {
  task: Task;
  limitMs: number;
  resolve(result: Result): void;
  reject(error: TaskError): void;
}

/**
 * A thread for work that may take seconds and must not block calls, APIs and pages on the main thread. It
 * runs one task at a time, as more would take processor time from calls. The first task starts it, and it is
 * started again after a task that hangs or breaks it.
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
   * Runs a task.
   * @param limitMs time limit for the task once it has begun, ms
   * @throws TaskError with the reason why there is no result
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

  /** Ends the thread; unfinished tasks fail. */
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

  /** Ends the worker; the next task starts another one. */
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
