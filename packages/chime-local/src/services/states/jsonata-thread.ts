/**
 * Expressions of JSONata are evaluated in a thread of their own: one may call itself without end, or look for a pattern that
 * backtracks for hours in what a caller said. Calls, the APIs and the pages share the main thread.
 */
import { Worker } from 'node:worker_threads';
import { TaskError, TaskThread, threadEntry } from '#platform';

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
/** The thread's memory, MB: the largest input of a state is 256 KiB. Step Functions developer guide, "Service quotas". */
const MEMORY_MB = 128;
/** A thread that nobody asks for so long is ended, ms. */
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

/** What goes wrong is the outcome's fault. */
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
