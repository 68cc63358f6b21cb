import { expect, it } from 'vitest';
import { sources } from './sources.ts';
import { faultOfTitle, MAX_TITLE_WORDS, titlesOf } from './titles.ts';

it(`A test's title is a sentence of ${MAX_TITLE_WORDS} words at most`, () => {
  const titles = sources(['.test.ts', '.test.tsx']).flatMap(titlesOf);
  expect(titles.length).toBeGreaterThan(2_000);
  const faults = titles.flatMap(({ place, title }) => {
    const fault = faultOfTitle(title);
    return fault === undefined ? [] : [`${place} ${JSON.stringify(title)}: ${fault}`];
  });
  expect(faults).toEqual([]);
});

it('Titles are found in every form of a test', () => {
  const text = [
    "it('one', () => {});",
    "describe('a group', () => test('two', () => {}));",
    "it.each([1])('three %i', () => {});",
    'it.each`a`("four $a", () => {});',
    "describe.each([1])('group %i', () => it(`five ${1}`, () => {}));",
    "other('six');",
  ].join('\n');
  expect(titlesOf({ path: 'a.test.ts', text }).map(({ title }) => title)).toEqual([
    'one',
    'two',
    'three %i',
    'four $a',
    'five ${1}',
  ]);
});

it.each([
  ['is refused when it is wrong', 'begins with "is"'],
  ['that a killed process left are stored', 'begins with "that"'],
  ['T-128 are created once', 'begins with "are"'],
  ['of a stranger calls', 'begins with "of a"'],
  ['one two three four five six seven eight nine ten eleven twelve thirteen', '13 words'],
  ['refuses an offer without a common codec', undefined],
  ['T-006, T-133 A rule of %s takes ${one two} six seven eight nine ten eleven', undefined],
  ['Issues are listed', undefined],
])('The fault of %j is %s', (title, fault) => {
  expect(faultOfTitle(title)).toBe(fault);
});
