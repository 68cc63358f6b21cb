/**
 * What may take long with somebody's template, in a thread of its own: calls, the APIs and the pages share the main thread,
 * which must not stand still for seconds.
 */
import { Worker } from 'node:worker_threads';
import { parseTemplate } from './parse-template.ts';
import { type Template, TemplateError } from './template.ts';

export type TemplateTask =
  | { kind: 'parse'; text: string }
  | { kind: 'match'; pattern: string; value: string };
export type TemplateOutcome = { result: unknown } | { fault: string };

/** Defined when the package is built; absent in a checkout of the sources, whose thread brings a loader for them. */
declare const CHIME_LOCAL_PACKED: true | undefined;
/** Where `npm start` has bundled the threads. */
declare const CHIME_LOCAL_BUNDLES: string | undefined;
const WORKER =
  typeof CHIME_LOCAL_BUNDLES === 'undefined'
    ? new URL(
        typeof CHIME_LOCAL_PACKED === 'undefined' ? './template-worker.boot.mjs' : '../../template-worker.js',
        import.meta.url,
      )
    : new URL('template-worker.mjs', CHIME_LOCAL_BUNDLES);

/** Characters of YAML that are read at once: 20 to 40 ms. To start the thread takes a quarter of a second. JSON takes 1 ms for each 100 kB. */
const READ_AT_ONCE = 16_384;
/** How long a template may take, the start of the thread included, ms: ten times what 1 MB of YAML takes. */
const PARSE_LIMIT_MS = 30_000;
/** The thread's memory, MB: a template of 1 MB takes 60. */
const MEMORY_MB = 512;

/** One task at a time: more at once would take the processors from those who hear and speak. */
let last: Promise<unknown> = Promise.resolve();

export function takesLongToRead(text: string): boolean {
  return text.length > READ_AT_ONCE && !text.trimStart().startsWith('{');
}

/** As `parseTemplate`. @throws TemplateError in CloudFormation's words */
export async function parseTemplateAside(text: string): Promise<Template> {
  if (!takesLongToRead(text)) return parseTemplate(text);
  const outcome = await runAside({ kind: 'parse', text }, PARSE_LIMIT_MS);
  if (!outcome)
    throw new TemplateError(`Template format error: it takes longer than ${PARSE_LIMIT_MS} ms to read.`);
  return outcome.result as Template;
}

/** Whether the value has what the pattern asks for; undefined when that is not known after `limitMs`. */
export async function matchesAside(
  pattern: string,
  value: string,
  limitMs: number,
): Promise<boolean | undefined> {
  const outcome = await runAside({ kind: 'match', pattern, value }, limitMs);
  return outcome && outcome.result === true;
}

/** @throws TemplateError as the task does */
async function runAside(task: TemplateTask, limitMs: number): Promise<{ result: unknown } | undefined> {
  const mine = last.then(() => runNow(task, limitMs));
  last = mine.catch(() => {});
  const outcome = await mine;
  if (outcome && 'fault' in outcome) throw new TemplateError(outcome.fault);
  return outcome;
}

function runNow(task: TemplateTask, limitMs: number): Promise<TemplateOutcome | undefined> {
  const worker = new Worker(WORKER, {
    name: 'template',
    workerData: task,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  return new Promise((resolve) => {
    const end = (outcome: TemplateOutcome | undefined) => {
      clearTimeout(timer);
      resolve(outcome);
      void worker.terminate();
    };
    const timer = setTimeout(() => end(undefined), limitMs);
    worker.once('message', (outcome: TemplateOutcome) => end(outcome));
    worker.once('error', (error) => end({ fault: `Template format error: ${error.message}` }));
    worker.once('exit', () => end(undefined));
  });
}
