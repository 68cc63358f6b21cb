import { expect, it } from 'vitest';
import { faultText } from './fault-text.ts';

const fails = () => {
  throw new Error('asked');
};

it.each<[string, unknown, RegExp]>([
  ['an error', new Error('why'), /^Error: why\n/],
  ['a text', 'why', /^why$/],
  ['null', null, /^null$/],
  ['an object that holds itself', Object.assign({ a: 1 }, { toString: fails }), /a: 1/],
  ['an object without a prototype', Object.create(null), /null prototype/],
  [
    'an error whose stack fails',
    Object.defineProperty(new Error('why'), 'stack', { get: fails }),
    /cannot be shown/,
  ],
  ['what fails when it is looked at', new Proxy({}, { getPrototypeOf: fails }), /./],
])('Any thrown value has a text: %s', (_what, thrown, text) => {
  expect(faultText(thrown)).toMatch(text);
});
