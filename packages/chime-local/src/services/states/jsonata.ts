/** JSONata in states. Step Functions developer guide, "Transforming data with JSONata". */
import { isObject } from '#platform';
import { ExecutionFailed } from './definition.ts';
import { evaluateAside } from './jsonata-thread.ts';

const EXPRESSION = /^\{%(.*)%\}$/s;

/**
 * Evaluates every `{% … %}` in a value. `bindings` are variables by name, without `$`.
 * @throws ExecutionFailed
 */
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
  const { json, fault } = await evaluateAside({ text, bindings });
  if (json !== undefined) return JSON.parse(json) as unknown;
  const what = fault === undefined ? 'returned nothing (undefined)' : `failed: ${fault}`;
  throw new ExecutionFailed('States.QueryEvaluationError', `The JSONata expression '${text.trim()}' ${what}`);
}
