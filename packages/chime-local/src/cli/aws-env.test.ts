import { expect, it } from 'vitest';
import { endpointsFileOf, oldCommandLine } from './aws-env.ts';

it.each([
  ['aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0 source/x86_64', '2.9.19'],
  ['aws-cli/2.12.7 Python/3.11.4', '2.12.7'],
  ['aws-cli/1.28.99 Python/3.9.2', '1.28.99'],
])('An AWS CLI that would call real AWS causes a warning: %s', (said, version) => {
  expect(oldCommandLine(said)).toContain(
    `The AWS CLI here is ${version}, which does not know AWS_ENDPOINT_URL`,
  );
});

it.each(['1.29.0', '1.45.11'])('The sqs command of AWS CLI version 1 causes a warning: %s', (version) => {
  expect(oldCommandLine(`aws-cli/${version} Python/3.11.7 botocore/1.43.11`)).toContain(
    `The AWS CLI here is ${version}, whose "aws sqs" does not follow AWS_ENDPOINT_URL`,
  );
});

it.each([
  'aws-cli/2.13.0 Python/3.11.4',
  'aws-cli/2.31.2',
  'aws-cli/3.0.0',
  '',
])('An AWS CLI that honours the endpoint causes no warning: %s', (said) => {
  expect(oldCommandLine(said)).toBeUndefined();
});

it('The endpoints file is named alone or by its option', () => {
  expect(
    [[], ['f.json'], ['--endpoints', 'f.json'], ['--endpoints=f.json']].map((args) => endpointsFileOf(args)),
  ).toEqual([undefined, 'f.json', 'f.json', 'f.json']);
});

it.each([
  [['--endpoint', 'f.json']],
  [['--endpoints']],
  [['--endpoints=']],
  [['f.json', 'g.json']],
  [['--help']],
])('Other arguments are refused: %s', (args) => {
  expect(() => endpointsFileOf(args)).toThrow('aws-env --endpoints FILE');
});
