import { createRequire } from 'node:module';
import type conditionParser from 'dynalite/db/conditionParser.js';
import type { ExpressionContext } from 'dynalite/db/conditionParser.js';
import database from 'dynalite/db/index.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCondition } from './condition.ts';
import { parseProjection } from './projection.ts';
import { parseUpdate } from './update.ts';

const RESERVED = new Set(['NAME', 'SET', 'ADD', 'REMOVE', 'DELETE', 'AND', 'OR', 'NOT', 'BETWEEN', 'IN']);

const context = (): ExpressionContext => ({
  attrNames: { '#n': 'n', '#a': 'a', '#proto': '__proto__', '#c': 'constructor' },
  attrVals: { ':s': { S: 's' }, ':n': { N: '7' }, ':l': { L: [] }, ':set': { SS: ['x'] }, ':m': { N: '9' } },
  unusedAttrNames: { '#n': true, '#a': true, '#proto': true, '#c': true },
  unusedAttrVals: { ':s': true, ':n': true, ':l': true, ':set': true, ':m': true },
  isReserved: (name) => RESERVED.has(name.toUpperCase()),
  compare: (comparator, one, other) => database.compare(comparator, one, other),
});

type Parse = (text: string, context: ExpressionContext) => unknown;

/** Loads a fresh copy of dynalite's own parser, because ours may have replaced it elsewhere. */
function theirs(name: string): Parse {
  const require = createRequire(import.meta.url);
  const file = require.resolve(`dynalite/db/${name}.js`);
  const known = require.cache[file];
  delete require.cache[file];
  const { parse } = require(file) as typeof conditionParser;
  if (known) require.cache[file] = known;
  return (text, given) => parse(text, { context: given });
}

/** The result of parsing a text, and the placeholders that it used. */
function outcome(parse: Parse, text: string) {
  const given = context();
  try {
    const result = parse(text, given);
    // If several pairs of paths disagree, the two parsers may name different pairs.
    if (typeof result === 'string')
      return { result: result.replace(/^Two document paths .*/, 'paths'), unused: [] };
    return { result, unused: [given.unusedAttrNames, given.unusedAttrVals] };
  } catch (error) {
    return { result: (error as Error).name, unused: [] };
  }
}

const path = fc.constantFrom('a', 'b', '#n', '#a', 'a.b', 'a[3]', 'a . #n [ 0 ].c', 'Name', 'm.n');
const value = fc.constantFrom(':s', ':n', ':m', ':l', ':set', ':none');
const wrap = (text: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: text.map((inner) => `(${inner})`) });
const operand = wrap(
  fc.oneof(
    path,
    value,
    path.map((each) => `size(${each})`),
  ),
);
const leaf = fc.oneof(
  fc
    .tuple(operand, fc.constantFrom('=', '<>', '<', '<=', '>', '>='), operand)
    .map((parts) => parts.join(' ')),
  fc.tuple(operand, operand, operand).map(([x, y, z]) => `${x} between ${y} and ${z}`),
  fc.tuple(operand, fc.array(operand, { minLength: 1, maxLength: 3 })).map(([x, all]) => `${x} IN (${all})`),
  fc
    .tuple(
      fc.constantFrom('attribute_exists', 'begins_with', 'contains', 'attribute_type', 'size', 'nonsense'),
      fc.array(operand, { minLength: 1, maxLength: 2 }),
    )
    .map(([name, all]) => `${name}(${all.join(', ')})`),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'or'), tie('condition'))
      .map((parts) => parts.join(' ')),
    tie('condition').map((inner) => `(${inner})`),
    tie('condition').map((inner) => `NOT (${inner})`),
  ),
}));
const setValue = fc.oneof(
  operand,
  fc.tuple(operand, fc.constantFrom('+', '-'), operand).map((parts) => parts.join(' ')),
  fc.tuple(path, operand).map(([one, other]) => `if_not_exists(${one}, ${other})`),
  fc.tuple(operand, operand).map(([one, other]) => `list_append(${one}, ${other})`),
);
const list = (text: fc.Arbitrary<string>) =>
  fc.array(text, { minLength: 1, maxLength: 3 }).map((all) => all.join(', '));
const section = fc.oneof(
  list(fc.tuple(path, setValue).map(([to, what]) => `${to} = ${what}`)).map((all) => `SET ${all}`),
  list(path).map((all) => `remove ${all}`),
  list(fc.tuple(path, value).map((parts) => parts.join(' '))).map((all) => `ADD ${all}`),
  list(fc.tuple(path, value).map((parts) => parts.join(' '))).map((all) => `DELETE ${all}`),
);

describe('expressions compared with dynalite', () => {
  const agree = (ours: Parse, name: string, texts: fc.Arbitrary<string>) => {
    const original = theirs(name);
    fc.assert(
      fc.property(texts, (text) => {
        // dynalite's parser takes seconds for more nested parentheses, and fails on `(a) + b`.
        fc.pre((text.match(/\(/g) ?? []).length < 6 && !/\) [+-]/.test(text));
        expect(outcome(ours, text)).toEqual(outcome(original, text));
      }),
      { numRuns: 200, seed: 9 },
    );
  };

  it('Conditions are parsed as by dynalite', () => agree(parseCondition, 'conditionParser', condition));
  it('Projections of paths are parsed as by dynalite', () =>
    agree(parseProjection, 'projectionParser', list(path)));
  it('Updates are parsed as by dynalite', () =>
    agree(
      parseUpdate,
      'updateParser',
      fc.array(section, { minLength: 1, maxLength: 3 }).map((all) => all.join(' ')),
    ));
  it('Truncated conditions are parsed as by dynalite', () =>
    agree(
      parseCondition,
      'conditionParser',
      fc.tuple(condition, fc.nat(40)).map(([text, end]) => text.slice(0, end)),
    ));
});

describe("expressions beyond DynamoDB's limits", () => {
  const refusal = (parse: Parse, text: string): unknown => {
    try {
      return parse(text, context());
    } catch (error) {
      return (error as Error).message;
    }
  };

  it.each([8, 18, 300, 1_900])('%i nested parentheses are refused', (depth) => {
    const text = `${'('.repeat(depth)}a = :n${')'.repeat(depth)}`;
    expect(refusal(parseCondition, text)).toBe('The expression has redundant parentheses;');
    expect(refusal(parseCondition, `a = ${'('.repeat(depth)}:n${')'.repeat(depth)}`)).toBe(
      'The expression has redundant parentheses;',
    );
    expect(refusal(parseUpdate, `SET a = ${'('.repeat(depth)}:n${')'.repeat(depth)}`)).toBe(
      'The expression has redundant parentheses;',
    );
  });

  it('Unclosed parentheses are refused with DynamoDB’s message', () => {
    expect(refusal(parseCondition, '('.repeat(4_000))).toBe('The expression has redundant parentheses;');
    expect(refusal(parseCondition, `${'NOT ('.repeat(200)}a = :n`)).toBe('token: "<EOF>", near: ":n"');
    expect(refusal(parseUpdate, `SET a = ${'list_append('.repeat(300)}`)).toMatch(/^token: "<EOF>"/);
  });

  it('Required parentheses are parsed at any depth', () => {
    const text = `${'(a = :n AND '.repeat(100)}a = :n${')'.repeat(100)}`;
    expect(refusal(parseCondition, text)).toMatchObject({ expression: { type: 'and' } });
    expect(refusal(parseCondition, `${'NOT ('.repeat(200)}a = :n${')'.repeat(200)}`)).toMatchObject({
      expression: { type: 'not' },
    });
  });

  it('An expression has at most 4096 bytes', () => {
    const long = (characters: number) => `a = :n${' '.repeat(characters - 6)}`;
    expect(refusal(parseCondition, long(4096))).toMatchObject({ expression: { type: '=' } });
    for (const parse of [parseCondition, parseProjection, parseUpdate]) {
      expect(refusal(parse, long(4097))).toBe(
        'Expression size has exceeded the maximum allowed size; expression size: 4097',
      );
      expect(refusal(parse, `SET ${'a = :n, '.repeat(5_000)}`)).toMatch(/expression size: 40004$/);
    }
    expect(refusal(parseCondition, 'ä'.repeat(2_049))).toMatch(/expression size: 4098$/);
  });

  it('An expression has at most 300 operators', () => {
    const chain = (operators: number) => Array(operators).fill('a=:n').join(' OR ');
    expect(refusal(parseCondition, chain(150))).toMatchObject({ expression: { type: 'or' } });
    expect(refusal(parseCondition, chain(151))).toBe(
      'The expression contains too many operators; operator count: 301',
    );
  });

  it('IN has at most 100 operands', () => {
    expect(refusal(parseCondition, `a IN (${Array(100).fill(':n')})`)).toMatchObject({
      expression: { type: 'in' },
    });
    expect(refusal(parseCondition, `a IN (${Array(101).fill(':n')})`)).toBe(
      'The IN operator is provided with too many operands; number of operands: 101',
    );
  });

  it('Names that every JavaScript object inherits are refused', () => {
    expect(refusal(parseUpdate, 'SET #proto = :n')).toMatch(/__proto__ is not supported/);
    expect(refusal(parseUpdate, 'SET a.#proto.b = :n')).toMatch(/__proto__ is not supported/);
    expect(refusal(parseUpdate, 'SET __proto__ = :n')).toMatch(/__proto__ is not supported/);
    expect(refusal(parseProjection, '#c.b.c')).toMatch(/constructor is not supported here in a nested path/);
    expect(refusal(parseCondition, 'attribute_exists(#c)')).toMatchObject({
      expression: { name: 'attribute_exists' },
    });
  });

  it('A syntax error is reported with the adjacent tokens', () => {
    expect(refusal(parseCondition, 'a = ')).toBe('token: "<EOF>", near: "="');
    expect(refusal(parseCondition, 'a b = :n')).toBe('token: "b", near: "a b ="');
    expect(refusal(parseCondition, 'a = :n;')).toBe('token: ";", near: ":n;"');
    expect(refusal(parseProjection, 'a, ')).toBe('token: "<EOF>", near: ","');
  });
});
