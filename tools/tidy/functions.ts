import type { Source } from './sources.ts';
import { childrenOf, lineOf, type SyntaxNode, treeOf } from './syntax.ts';

/** A function of a file. */
export interface FoundFunction {
  /** `path:line`, and the name if it has one. */
  place: string;
  /** Number of lines from its first to its last, including parameters and comments. */
  lines: number;
}

type Named = { name?: string } | null | undefined;

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** All functions of a TypeScript or JavaScript source, including those inside others. */
export function functionsOf(source: Source): FoundFunction[] {
  const { path, text } = source;
  const found: FoundFunction[] = [];
  const visit = (node: SyntaxNode, around: string): void => {
    const name = (node.id as Named)?.name ?? (node.key as Named)?.name ?? around;
    if (FUNCTIONS.has(node.type)) {
      const first = lineOf(text, node.start);
      found.push({ place: `${path}:${first} ${name}`.trim(), lines: lineOf(text, node.end) - first + 1 });
    }
    for (const child of childrenOf(node)) visit(child, name);
  };
  visit(treeOf(source), '');
  return found;
}
