import type { Source } from './sources.ts';
import { childrenOf, lineOf, type SyntaxNode, treeOf } from './syntax.ts';

/** Maximum words of a test's title, not counting statement numbers. `%s` and `${…}` count as one word each. */
export const MAX_TITLE_WORDS = 12;

/** A test's title as it is written. */
export interface Title {
  /** `path:line`. */
  place: string;
  title: string;
}

/** The titles of a source's tests: of `it` and `test`, including `each` and `for`. */
export function titlesOf(source: Source): Title[] {
  const { path, text } = source;
  const found: Title[] = [];
  const visit = (node: SyntaxNode): void => {
    const [first] = (node.arguments ?? []) as SyntaxNode[];
    const title = node.type === 'CallExpression' && isTest(node.callee) ? textOf(first, text) : undefined;
    if (first && title !== undefined) found.push({ place: `${path}:${lineOf(text, first.start)}`, title });
    for (const child of childrenOf(node)) visit(child);
  };
  visit(treeOf(source));
  return found;
}

/** `it`, `it.each(…)`, `it.each\`…\`` and the like. */
function isTest(callee: unknown): boolean {
  const { type, name, object, callee: called, tag } = callee as SyntaxNode;
  if (type === 'Identifier') return name === 'it' || name === 'test';
  const inner = object ?? called ?? tag;
  return inner !== undefined && isTest(inner);
}

function textOf(node: SyntaxNode | undefined, text: string): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  return node?.type === 'TemplateLiteral' ? text.slice(node.start + 1, node.end - 1) : undefined;
}

/** `T-043`, `C-34`, alone or in a list. */
const STATEMENTS = /\b[A-Z]+-\d+\b[:,]?/g;
/** Beginnings that no sentence has: a verb without its subject, a relative pronoun, or a continuation. */
const FRAGMENT =
  /^(is|are|was|were|has|have|had|does|do|did|may|can|cannot|must|will|that|which|whose|also|else|and|or|but|so|about|of an?)\b/i;

/** What is wrong with a title; undefined if nothing can be found without understanding it. */
export function faultOfTitle(title: string): string | undefined {
  const plain = title
    .replace(/\$\{[^}]*\}/g, 'x')
    .replace(STATEMENTS, '')
    .trim();
  const words = plain.split(/\s+/).filter((word) => /[\w%$]/.test(word)).length;
  if (words > MAX_TITLE_WORDS) return `${words} words`;
  const [start] = FRAGMENT.exec(plain.replace(/^\((\w+)\)\s*/, '')) ?? [];
  return start === undefined ? undefined : `begins with "${start}"`;
}
