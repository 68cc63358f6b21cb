/** A thread for one task with somebody's template that may take long. */
import { parentPort, workerData } from 'node:worker_threads';
import type { TemplateOutcome, TemplateTask } from './aside.ts';
import { parseTemplate } from './parse-template.ts';
import { TemplateError } from './template.ts';

function carryOut(task: TemplateTask): TemplateOutcome {
  if (task.kind === 'match') return { result: new RegExp(task.pattern).test(task.value) };
  try {
    return { result: parseTemplate(task.text) };
  } catch (error) {
    if (error instanceof TemplateError) return { fault: error.message };
    throw error;
  }
}

// Its sources are loaded: from now on the time is the task's.
parentPort?.postMessage('begins');
parentPort?.postMessage(carryOut(workerData as TemplateTask));
