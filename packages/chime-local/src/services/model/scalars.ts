/**
 * Texts in the place of booleans and numbers: CloudFormation gives custom resources every value as a text, they pass it on
 * as it is, and the service reads it as what it stands for. Seen in stacks of `cdk-amazon-chime-resources`, which work there.
 */
import type { ErrorObject } from 'ajv';

const MEANINGS: Readonly<Record<string, (text: string) => unknown>> = {
  boolean: (text) => ({ true: true, false: false })[text.toLowerCase()],
  integer: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined),
};

/** Puts what the texts stand for in their places. @returns whether there was any. */
export function readScalars(errors: readonly ErrorObject[], input: Record<string, unknown>): boolean {
  let changed = false;
  for (const { keyword, params, data, instancePath } of errors) {
    if (keyword !== 'type' || typeof data !== 'string') continue;
    const meant = MEANINGS[String(params.type)]?.(data);
    if (meant === undefined) continue;
    put(input, instancePath.split('/').slice(1).map(unescaped), meant);
    changed = true;
  }
  return changed;
}

/** RFC 6901 section 4. */
const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

function put(input: Record<string, unknown>, path: string[], value: unknown): void {
  const last = path.pop();
  let holder: Record<string, unknown> = input;
  for (const part of path) holder = holder[part] as Record<string, unknown>;
  if (last !== undefined) holder[last] = value;
}
