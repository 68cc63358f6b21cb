/** The worker thread for slow work on templates. */
import { answerTasks } from '#platform';
import type { TemplateTask } from './aside.ts';
import { parseTemplate } from './parse-template.ts';
import { TemplateError } from './template.ts';

answerTasks((task: TemplateTask): unknown => {
  if (task.kind === 'match') return new RegExp(task.pattern).test(task.value);
  try {
    return parseTemplate(task.text);
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    throw new TemplateError(`Template format error: ${(error as Error).message}`);
  }
});
