import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sources } from '../tidy/sources.ts';
import { citationsOf, isProof, provedBy } from './citations.ts';
import { readDecisions } from './decisions.ts';
import { currentText, GENERATED_DOCUMENTS, section } from './documents.ts';
import { readSpecification } from './specification.ts';

describe('generated documents', () => {
  it.each(GENERATED_DOCUMENTS)('$path is fresh; otherwise run "npm run generate"', (document) => {
    const current = currentText(document);
    expect(document.make(current)).toBe(current);
  });

  it('Generated sections are replaced, and the rest of the document stays', () => {
    const make = section('x', () => 'new');
    expect(make('a\n<!-- generated: x -->\nold\n<!-- end of x -->\nb')).toBe(
      'a\n<!-- generated: x -->\nnew\n<!-- end of x -->\nb',
    );
    expect(() => make('a')).toThrow('generated: x');
  });
});

it('Each decision has its own number, a title and a date', () => {
  const decisions = readDecisions();
  expect(decisions.map(({ numbers }) => numbers)).toEqual(decisions.map((_, n) => [n + 1, n + 1]));
  const unclear = decisions.filter(
    ({ title, state }) => title === '' || !/^\d{4}-\d\d-\d\d · \w/.test(state),
  );
  expect(unclear.map(({ file }) => file)).toEqual([]);
});

describe('the specification', () => {
  const { statements, numbers } = readSpecification();

  it('Statements, choices and open questions are numbered without a gap', () => {
    const wanted = (letter: string, count: number, digits: number) =>
      Array.from({ length: count }, (_, n) => `${letter}-${String(n + 1).padStart(digits, '0')}`);
    expect([...statements.keys()]).toEqual(wanted('T', statements.size, 3));
    const choices = [...numbers].filter((number) => /^[CU]-/.test(number));
    const of = (letter: string) => choices.filter((number) => number.startsWith(letter));
    expect(of('C')).toEqual(wanted('C', of('C').length, 2));
    expect(of('U')).toEqual(wanted('U', of('U').length, 2));
    expect([of('C').length, of('U').length, numbers.has('5.4'), numbers.has('R6')]).toEqual([
      46,
      20,
      true,
      true,
    ]);
  });

  it('The specification has every number that the repository cites', () => {
    const wrong = sources(['.ts', '.tsx', '.mjs', '.md', '.txt', '.py', '.yml']).flatMap((source) => {
      if (source.path.startsWith('tools/generate/')) return [];
      return [...citationsOf(source.text)]
        .filter((number) => !numbers.has(number))
        .map((number) => `${source.path} cites ${number}`);
    });
    expect(wrong).toEqual([]);
  });

  it('Citations may be lists or ranges, and may cross line ends', () => {
    expect([...citationsOf(' * (pstn-audio 2.5, 3 and 5.1 to\n * 5.3), C-34, T-0001, XT-001')]).toEqual([
      'C-34',
      '2.5',
      '3',
      '5.1',
      '5.3',
    ]);
  });

  it('Only titles that begin with numbers prove a statement', () => {
    const test = { path: 'a.test.ts', text: "test('T-001 one, T-002 two', f); it('not T-003', f) // T-004" };
    expect(provedBy(test)).toEqual(['T-001', 'T-002']);
    const transcript = { path: 'transcripts/a.txt', text: '# T-005 five\narrive\n----\nT-006' };
    expect([isProof(test), isProof(transcript), provedBy(transcript)]).toEqual([true, true, ['T-005']]);
  });
});

describe('the public interfaces', () => {
  it.each(['chime-local', 'pstn-audio'])('Each public declaration of %s is documented', (name) => {
    const lines = readFileSync(`docs/api/${name}.md`, 'utf8').split('\n');
    const declared = /^export (?:declare (?:const|function|class) |interface |type )(\w+)/;
    const found = lines.flatMap((line, at) => {
      const declaration = declared.exec(line)?.[1];
      return declaration === undefined ? [] : [{ declaration, said: lines[at - 1]?.endsWith('*/') ?? false }];
    });
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter(({ said }) => !said).map(({ declaration }) => declaration)).toEqual([]);
  });
});
