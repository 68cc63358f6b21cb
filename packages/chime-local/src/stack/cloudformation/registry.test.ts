import { expect, it } from 'vitest';
import { checkTypes, isRegistered } from './registry.ts';

const TYPE = 'AWS::Chime::SipMediaApplication';

it('us-west-2 has no resource type for SIP media applications', () => {
  const template = { Resources: { A: { Type: TYPE }, B: { Type: 'AWS::S3::Bucket' } } };
  expect([isRegistered(TYPE, 'us-east-1'), isRegistered(TYPE, 'us-west-2')]).toEqual([true, false]);
  expect(() => checkTypes(template, 'us-east-1')).not.toThrow();
  expect(() => checkTypes(template, 'us-west-2')).toThrow(`Unrecognized resource types: [${TYPE}]`);
});
