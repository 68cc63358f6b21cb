import { expect, it } from 'vitest';
import { functionsOf } from './functions.ts';
import { MAX_FUNCTION_LINES } from './rooms.ts';
import { sources } from './sources.ts';

/**
 * Code that ships or is run. Tests are excluded, since they are lists of cases, and what a test or benchmark
 * passes to a browser must be one function.
 */
const isProduct = (path: string): boolean =>
  /^(apps|packages|tools)\//.test(path) && !/\.test\.tsx?$|\/testing\/|\.d\.ts$/.test(path);

it(`A function of the product has ${MAX_FUNCTION_LINES} lines at most`, () => {
  const functions = sources(['.ts', '.tsx', '.mjs', '.js'])
    .filter(({ path }) => isProduct(path))
    .flatMap(functionsOf);
  expect(functions.length).toBeGreaterThan(5_000);
  const long = functions.filter(({ lines }) => lines > MAX_FUNCTION_LINES);
  expect(long.map(({ place, lines }) => `${place}: ${lines} lines`)).toEqual([]);
});

it('Functions are found in every form, including inner ones', () => {
  const text = [
    'function declared() {',
    '  return () => 1;',
    '}',
    'class C { method() {',
    '} }',
    'const of: Rows = { a(x: number) {}, b: async () => ({}) };',
  ].join('\n');
  const found = functionsOf({ path: 'a.ts', text });
  expect(found.map(({ place, lines }) => `${place} ${lines}`)).toEqual([
    'a.ts:1 declared 3',
    'a.ts:2 declared 1',
    'a.ts:4 method 2',
    'a.ts:6 a 1',
    'a.ts:6 b 1',
  ]);
});
