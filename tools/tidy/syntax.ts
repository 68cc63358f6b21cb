import { parseAst } from 'vitest/node';
import type { Source } from './sources.ts';

/** A node of a syntax tree, with the names of ESTree. */
export type SyntaxNode = { type: string; start: number; end: number } & Record<string, unknown>;

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';
}

/** The syntax tree of a TypeScript or JavaScript source. */
export function treeOf({ path, text }: Source): SyntaxNode {
  return parseAst(text, { lang: /\.[cm]?ts$/.test(path) ? 'ts' : 'tsx' }) as unknown as SyntaxNode;
}

/** The direct children of a node, in the order of the text. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return Object.values(node).flat().filter(isNode);
}

/** The line of a position, from 1. */
export const lineOf = (text: string, position: number): number => text.slice(0, position).split('\n').length;
