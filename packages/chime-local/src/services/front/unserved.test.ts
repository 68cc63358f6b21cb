import { expect, it } from 'vitest';
import { createLog } from '#platform';
import type { AwsRequest } from '../ports.ts';
import { createUnservedTeller, operationOf } from './unserved.ts';

const request = (more: object): AwsRequest =>
  ({ method: 'GET', rawPath: '/', rawQuery: '', headers: {}, service: 'x', ...more }) as AwsRequest;
const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

it.each([
  [{ headers: { 'x-amz-target': 'Kinesis_20131202.PutRecord' } }, 'PutRecord'],
  [{ rawPath: '/service/GraniteServiceVersion20100801/operation/ListMetrics' }, 'ListMetrics'],
  [{ headers: FORM, body: Buffer.from('Version=1&Action=DescribeStacks') }, 'DescribeStacks'],
  [{ rawQuery: 'Action=GetUser' }, 'GetUser'],
  [{ method: 'PUT', rawPath: '/bots' }, 'PUT /bots'],
  [{ headers: FORM, body: Buffer.from('%zz=1') }, 'GET /'],
])('The operation of %j is found', (more, operation) => {
  expect(operationOf(request(more))).toBe(operation);
});

it('The function and operation are reported once, however often called', () => {
  const lines: string[] = [];
  const tell = createUnservedTeller(createLog((level, _name, text) => void lines.push(`${level} ${text}`)));
  const arn = 'arn:aws:sts::000000000000:assumed-role/role/sma-handler';
  const caller = { accessKeyId: 'AKID', arn };
  for (let n = 0; n < 3; n++) tell(request({ service: 'lex', caller }), 'PostText');
  expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
    'warn Function sma-handler called lex PostText, which is not served here: it was answered with an error.',
  ]);
});
