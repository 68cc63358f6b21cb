/**
 * Strings in the place of booleans and numbers. CloudFormation passes every value to custom resources as a
 * string; they pass it on unchanged, and the service converts it. Seen in stacks of
 * `cdk-amazon-chime-resources`, which work with AWS.
 */
import type { ErrorObject } from 'ajv';

const MEANINGS: Readonly<Record<string, (text: string) => unknown>> = {
  boolean: (text) => ({ true: true, false: false })[text.toLowerCase()],
  integer: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined),
};

/** Replaces the strings by the values that they represent. @returns whether any string was replaced */
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

/** Decodes a part of a JSON Pointer (RFC 6901 section 4). */
const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

function put(input: Record<string, unknown>, path: string[], value: unknown): void {
  const last = path.pop();
  let holder: Record<string, unknown> = input;
  for (const part of path) holder = holder[part] as Record<string, unknown>;
  if (last !== undefined) holder[last] = value;
}
