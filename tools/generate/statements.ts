import path from 'node:path';
import { sources } from '../tidy/sources.ts';
import { isProof, provedBy } from './citations.ts';
import { readSpecification } from './specification.ts';

/** The files that prove each statement, by its number. */
export function proofs(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const source of sources(['.ts', '.tsx', '.txt']).filter(isProof)) {
    for (const statement of new Set(provedBy(source))) {
      found.set(statement, [...(found.get(statement) ?? []), source.path].sort());
    }
  }
  return found;
}

/** `STATEMENTS.md`: each statement with the tests that prove it. */
export function statementsDocument(): string {
  const { statements } = readSpecification();
  const proved = proofs();
  const rows = [...statements].map(([number, text]) => {
    const tests = (proved.get(number) ?? []).map((file) => `[${nameOf(file)}](../../${file})`);
    return `| ${number} | ${cell(text)} | ${tests.join(', ') || '**none yet**'} |`;
  });
  return [
    '# Which test proves which statement',
    '',
    'Written by `npm run generate` from the titles of the tests and the transcripts; the statements are those of',
    `[section 11](SPECIFICATION.md#11-testable-statements). ${count(proved, statements)}`,
    '',
    '| Statement | | Proved by |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The statements that no test proves, for the README. */
export function unprovedSection(): string {
  const { statements } = readSpecification();
  const proved = proofs();
  const open = [...statements].filter(([number]) => !proved.has(number));
  return [
    `${count(proved, statements)} ${open.length > 0 ? 'Without a test so far:' : ''}`.trimEnd(),
    '',
    ...open.map(([number, text]) => `- ${number} ${text}`),
  ].join('\n');
}

function count(proved: Map<string, string[]>, statements: ReadonlyMap<string, string>): string {
  const done = [...statements.keys()].filter((number) => proved.has(number)).length;
  return `${done} of ${statements.size} statements are proved.`;
}

function nameOf(file: string): string {
  return path.posix.basename(file).replace(/\.(test\.tsx?|txt)$/, '');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
