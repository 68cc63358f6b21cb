/** JSONata in states. Step Functions developer guide, "Transforming data with JSONata". */
import { createHash, randomUUID } from 'node:crypto';
import { isObject } from '#platform';
import { ExecutionFailed } from './definition.ts';

const EXPRESSION = /^\{%(.*)%\}$/s;

/** Functions that Step Functions adds. */
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

/** Evaluates every `{% … %}` in a value. `bindings`: variables by their names without `$`. @throws ExecutionFailed */
export async function evaluate(
  value: unknown,
  bindings: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  if (typeof value === 'string') {
    const [, expression] = EXPRESSION.exec(value.trim()) ?? [];
    return expression === undefined ? value : run(expression, bindings);
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => evaluate(item, bindings)));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(async ([name, inner]) => [name, await evaluate(inner, bindings)]);
  return Object.fromEntries(await Promise.all(entries));
}

async function run(text: string, bindings: Readonly<Record<string, unknown>>): Promise<unknown> {
  // Loaded when it is needed: few state machines have it.
  const { default: jsonata } = await import('jsonata');
  let result: unknown;
  try {
    const expression = jsonata(text);
    for (const [name, added] of Object.entries(ADDED)) expression.registerFunction(name, added as never);
    result = await expression.evaluate(undefined, { ...bindings });
  } catch (error) {
    const why = (error as { message?: string }).message ?? String(error);
    throw new ExecutionFailed(
      'States.QueryEvaluationError',
      `The JSONata expression '${text.trim()}' failed: ${why}`,
    );
  }
  if (result !== undefined && typeof result !== 'function') return plain(result);
  throw new ExecutionFailed(
    'States.QueryEvaluationError',
    `The JSONata expression '${text.trim()}' returned nothing (undefined)`,
  );
}

/** JSONata's lists carry members of its own. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
