import { expect, it } from 'vitest';
import { keysOfTemplates } from './offered-keys.ts';

const resource = (keys: unknown) => ({ Type: 'Custom::SMA', Metadata: { 'chime-local': { keys } } });

it('A resource names the keys that the phone page offers', () => {
  const Resources = {
    App: resource([{ name: 'PIN', keys: '48151623#' }]),
    Other: { Type: 'AWS::S3::Bucket', Metadata: { 'aws:cdk:path': 'x' } },
  };
  const complaints: string[] = [];
  expect(keysOfTemplates([{ Resources }], (text) => complaints.push(text))).toEqual([
    { name: 'PIN', keys: '48151623#' },
  ]);
  expect(complaints).toEqual([]);
});

it('Invalid keys are reported and get no button', () => {
  const complaints: string[] = [];
  const bad = ['1234', { name: 'PIN' }, { name: 'PIN', keys: 'abc' }, { name: '', keys: '1' }, null];
  const Resources = { App: resource(bad), One: resource({ name: 'Menu', keys: '1' }) };
  const offered = keysOfTemplates([{ Resources }], (text) => complaints.push(text));
  expect(offered).toEqual([{ name: 'Menu', keys: '1' }]);
  expect(complaints).toHaveLength(bad.length);
  expect(complaints[0]).toMatch(/^App: Metadata\.chime-local\.keys\[0\] is no button/);
});
