/** The thread that evaluates JSONata expressions. */
import { createHash, randomUUID } from 'node:crypto';
import jsonata from 'jsonata';
import { answerTasks } from '#platform';
import { MAX_DATA_BYTES } from './data-limit.ts';
import type { ExpressionTask } from './jsonata-thread.ts';

/** Functions that Step Functions adds to JSONata. Developer guide, "Transforming data with JSONata". */
const ADDED: Readonly<Record<string, (...values: never[]) => unknown>> = {
  partition: (items: unknown[], size: number) =>
    Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size)),
  range: (first: number, last: number, step: number) =>
    Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, n) => first + n * step),
  hash: (text: string, algorithm = 'SHA-256') =>
    createHash(algorithm.replace('-', '').toLowerCase()).update(text).digest('hex'),
  random: () => Math.random(),
  uuid: () => randomUUID(),
  parse: (text: string) => JSON.parse(text) as unknown,
};

answerTasks(async ({ text, bindings }: ExpressionTask): Promise<{ json?: string }> => {
  const expression = jsonata(text);
  for (const [name, added] of Object.entries(ADDED)) expression.registerFunction(name, added as never);
  const result: unknown = await expression.evaluate(undefined, { ...bindings });
  if (result === undefined || typeof result === 'function') return {};
  // JSONata's lists have members of their own, which are not part of the value.
  const json = JSON.stringify(result);
  // The limit protects the main thread, which parses the result.
  if (json.length > MAX_DATA_BYTES)
    throw new Error(
      `its value has ${json.length} characters; the data of a state has at most ${MAX_DATA_BYTES}`,
    );
  return { json };
});
