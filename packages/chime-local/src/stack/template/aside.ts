/**
 * Runs slow work on a template in a thread of its own: calls, the APIs and the pages share the main thread,
 * which must not be blocked for seconds.
 */
import { Worker } from 'node:worker_threads';
import { TaskError, TaskThread, threadEntry } from '#platform';
import { parseTemplate } from './parse-template.ts';
import { type Template, TemplateError } from './template.ts';

export type TemplateTask =
  | { kind: 'parse'; text: string }
  | { kind: 'match'; pattern: string; value: string };

const WORKER = threadEntry(import.meta.url, {
  source: './template-worker.boot.mjs',
  packed: '../../template-worker.js',
  bundle: 'template-worker.mjs',
});

/**
 * Maximum length of YAML that the main thread parses, in characters: this takes 20 to 40 ms. Starting the
 * thread takes a quarter of a second. JSON takes 1 ms per 100 kB.
 */
const READ_AT_ONCE = 16_384;
/** The longest time for parsing a template, ms: ten times what 1 MB of YAML takes. */
const PARSE_LIMIT_MS = 30_000;
/** The thread's memory limit, MB: a template of 1 MB takes 60. */
const MEMORY_MB = 512;

/** Milliseconds after which an idle thread is ended. */
const IDLE_MS = 1_000;

const thread = new TaskThread<TemplateTask, unknown>({
  start: () =>
    new Worker(WORKER, {
      name: 'template',
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    }),
  idleMs: IDLE_MS,
});

export function takesLongToRead(text: string): boolean {
  return text.length > READ_AT_ONCE && !text.trimStart().startsWith('{');
}

/**
 * Like `parseTemplate`, in the thread if the text is long.
 * @throws TemplateError with CloudFormation's message
 */
export async function parseTemplateAside(text: string): Promise<Template> {
  if (!takesLongToRead(text)) return parseTemplate(text);
  const outcome = await runAside({ kind: 'parse', text }, PARSE_LIMIT_MS);
  if (!outcome)
    throw new TemplateError(`Template format error: it takes longer than ${PARSE_LIMIT_MS} ms to read.`);
  return outcome.result as Template;
}

/** Whether the value matches the pattern; undefined if that is not known after `limitMs`. */
export async function matchesAside(
  pattern: string,
  value: string,
  limitMs: number,
): Promise<boolean | undefined> {
  const outcome = await runAside({ kind: 'match', pattern, value }, limitMs);
  return outcome && outcome.result === true;
}

/** Undefined if the task takes longer than `limitMs`. @throws TemplateError as the task does */
async function runAside(task: TemplateTask, limitMs: number): Promise<{ result: unknown } | undefined> {
  try {
    return { result: await thread.run(task, limitMs) };
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    if (error.fault === 'late') return undefined;
    throw new TemplateError(
      error.fault === 'failed' ? error.message : `Template format error: ${error.message}`,
    );
  }
}
