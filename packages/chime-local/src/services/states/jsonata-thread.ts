/**
 * JSONata expressions are evaluated in a separate thread, because an expression may recurse endlessly, or
 * apply a regular expression that backtracks for hours to what a caller said. Calls, the APIs and the web
 * pages share the main thread.
 */
import { Worker } from 'node:worker_threads';
import { TaskError, TaskThread, threadEntry } from '#platform';

export interface ExpressionTask {
  text: string;
  /** Variables by name, without `$`. */
  bindings: Readonly<Record<string, unknown>>;
}

/**
 * The value as JSON, or what was wrong with the expression. Neither is set if the expression has no value.
 */
export interface ExpressionOutcome {
  json?: string;
  fault?: string;
}

/**
 * Maximum time for one expression in milliseconds. Ordinary expressions take less than one. Ours: Step
 * Functions states no limit.
 */
const EXPRESSION_LIMIT_MS = 2_000;
/**
 * The thread's memory limit in MB: the largest input of a state is 256 KiB. Step Functions developer guide,
 * "Service quotas".
 */
const MEMORY_MB = 128;
/** The thread ends after this many milliseconds without work. */
const IDLE_MS = 10_000;

const WORKER = threadEntry(import.meta.url, {
  source: './jsonata-worker.boot.mjs',
  packed: '../../jsonata-worker.js',
  bundle: 'jsonata-worker.mjs',
});

const thread = new TaskThread<ExpressionTask, Pick<ExpressionOutcome, 'json'>>({
  start: () =>
    new Worker(WORKER, {
      name: 'jsonata',
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    }),
  idleMs: IDLE_MS,
});

/** Evaluates an expression in the thread. Errors become the fault of the outcome. */
export async function evaluateAside(
  task: ExpressionTask,
  limitMs: number = EXPRESSION_LIMIT_MS,
): Promise<ExpressionOutcome> {
  try {
    return await thread.run(task, limitMs);
  } catch (error) {
    if (error instanceof TaskError) return { fault: error.message };
    throw error;
  }
}
