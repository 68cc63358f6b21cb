import { parseAst } from 'vitest/node';
import type { Source } from './sources.ts';

/** A function of a file. */
export interface FoundFunction {
  /** `path:line`, and the name where it has one. */
  place: string;
  /** From its first line to its last, parameters and comments included. */
  lines: number;
}

type Node = { type: string; start: number; end: number; id?: Named | null; key?: Named } & Record<
  string,
  unknown
>;
type Named = { name?: string };

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** All functions of a source in TypeScript or JavaScript, those inside others included. */
export function functionsOf({ path, text }: Source): FoundFunction[] {
  const lang = /\.[cm]?ts$/.test(path) ? 'ts' : 'tsx';
  const found: FoundFunction[] = [];
  const lineOf = (position: number): number => text.slice(0, position).split('\n').length;
  const visit = (value: unknown, name: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, name);
    if (!isNode(value)) return;
    const own = value.id?.name ?? value.key?.name ?? name;
    if (FUNCTIONS.has(value.type)) {
      const first = lineOf(value.start);
      found.push({ place: `${path}:${first} ${own}`.trim(), lines: lineOf(value.end) - first + 1 });
    }
    for (const part of Object.values(value)) visit(part, own);
  };
  visit(parseAst(text, { lang }), '');
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
