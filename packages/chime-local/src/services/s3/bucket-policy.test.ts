import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wildcardMatch } from '../iam/wildcard.ts';
import { type PolicyQuestion, policyAllows } from './bucket-policy.ts';

const ACCOUNT = '111122223333';
const SMA = `arn:aws:chime:us-east-1:${ACCOUNT}:sma/0a1b2c3d`;
const QUESTION: PolicyQuestion = {
  principalService: 'voiceconnector.chime.amazonaws.com',
  action: 's3:GetObject',
  resourceArn: 'arn:aws:s3:::prompts/welcome.wav',
  sourceAccount: ACCOUNT,
  sourceArn: SMA,
};
/** The statement in the developer guide, "Setting up S3 buckets for SIP media applications". */
const ALLOW = {
  Effect: 'Allow',
  Principal: { Service: 'voiceconnector.chime.amazonaws.com' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::prompts/*',
  Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT }, ArnEquals: { 'aws:SourceArn': SMA } },
};
const allows = (...statements: object[]) =>
  policyAllows({ Version: '2012-10-17', Statement: statements }, QUESTION);

describe('allow statements of a bucket policy', () => {
  const cases: [string, object, boolean][] = [
    ['as the guide writes it', ALLOW, true],
    ['any account, without a condition', { ...ALLOW, Condition: undefined }, true],
    [
      'with lists',
      { ...ALLOW, Action: ['s3:PutObject', 's3:Get*'], Resource: ['arn:aws:s3:::other/*', ALLOW.Resource] },
      true,
    ],
    ['an action in another case', { ...ALLOW, Action: 'S3:getobject' }, true],
    ['everyone', { ...ALLOW, Principal: '*' }, true],
    ['everyone of AWS', { ...ALLOW, Principal: { AWS: '*' } }, true],
    [
      'any SMA of the account',
      { ...ALLOW, Condition: { ArnLike: { 'aws:sourcearn': `arn:aws:chime:*:${ACCOUNT}:sma/*` } } },
      true,
    ],
    [
      'one of several accounts',
      { ...ALLOW, Condition: { StringEquals: { 'AWS:SourceAccount': ['1', ACCOUNT] } } },
      true,
    ],
    ['all but another action', { ...ALLOW, Action: undefined, NotAction: 's3:PutObject' }, true],
    [
      'an account other than a bad one',
      { ...ALLOW, Condition: { StringNotEquals: { 'aws:SourceAccount': '1' } } },
      true,
    ],
    ['not another service', { ...ALLOW, Principal: { Service: 'chime.amazonaws.com' } }, false],
    [
      'not another account',
      { ...ALLOW, Condition: { StringEquals: { 'aws:SourceAccount': '999999999999' } } },
      false,
    ],
    ['not another SMA', { ...ALLOW, Condition: { ArnEquals: { 'aws:SourceArn': `${SMA}x` } } }, false],
    [
      'not across the parts of an ARN',
      { ...ALLOW, Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:*:sma/0a1b2c3d' } } },
      false,
    ],
    ['not another bucket', { ...ALLOW, Resource: 'arn:aws:s3:::prompts2/*' }, false],
    ['not the bucket itself', { ...ALLOW, Resource: 'arn:aws:s3:::prompts' }, false],
    ['not another action', { ...ALLOW, Action: 's3:PutObject' }, false],
    [
      'not when one of two conditions fails',
      { ...ALLOW, Condition: { ...ALLOW.Condition, StringLike: { 'aws:SourceAccount': '9*' } } },
      false,
    ],
    [
      'not by a condition that is not understood',
      { ...ALLOW, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
      false,
    ],
    [
      'not by a property of objects',
      { ...ALLOW, Condition: { toString: { 'aws:SourceAccount': ACCOUNT } } },
      false,
    ],
    ['not without an effect', { ...ALLOW, Effect: 'Maybe' }, false],
  ];
  it.each(cases)('A statement of a bucket policy is evaluated: %s', (_name, statement, expected) => {
    expect(allows(statement)).toBe(expected);
  });
});

describe('deny statements of a bucket policy', () => {
  it('A denial overrides any permission, in any order', () => {
    const deny = { ...ALLOW, Effect: 'Deny', Resource: '*', Condition: undefined };
    expect(allows(ALLOW, deny)).toBe(false);
    expect(allows(deny, ALLOW)).toBe(false);
  });

  it('A denial of requests without TLS does not affect the service', () => {
    const insecure = { Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:*', Resource: '*' };
    expect(allows(ALLOW, { ...insecure, Condition: { Bool: { 'aws:SecureTransport': 'false' } } })).toBe(
      true,
    );
    expect(allows(ALLOW, { ...insecure, Condition: { Bool: { 'aws:SecureTransport': false } } })).toBe(true);
    expect(allows(ALLOW, { ...insecure, Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } })).toBe(
      true,
    );
  });

  it('A denial of all but one account lets that account through', () => {
    const others = { Effect: 'Deny', NotPrincipal: { AWS: ACCOUNT }, Action: '*', Resource: '*' };
    expect(
      allows(ALLOW, { ...others, Condition: { StringNotEquals: { 'aws:SourceAccount': ACCOUNT } } }),
    ).toBe(true);
    expect(allows(ALLOW, { ...others, Condition: { StringNotEquals: { 'aws:SourceAccount': '1' } } })).toBe(
      false,
    );
  });

  it('A denial with an unknown condition applies', () => {
    const deny = { ...ALLOW, Effect: 'Deny', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } };
    expect(allows(ALLOW, deny)).toBe(false);
  });
});

it('Policies are text or objects; without a policy nothing is allowed', () => {
  expect(policyAllows(JSON.stringify({ Statement: ALLOW }), QUESTION)).toBe(true);
  for (const nothing of [
    undefined,
    null,
    '',
    'x',
    '[]',
    1,
    {},
    { Statement: 'x' },
    { Statement: [null, 1] },
  ]) {
    expect(policyAllows(nothing, QUESTION)).toBe(false);
  }
});

it('An action needs a statement that allows it and none denying it', () => {
  const element = fc.oneof(
    fc.constantFrom('*', 's3:*', 's3:GetObject', 'arn:aws:s3:::prompts/*'),
    fc.string(),
    fc.array(fc.string()),
  );
  const principal = fc.oneof(element, fc.dictionary(fc.constantFrom('AWS', 'Service'), element));
  const statement = fc.record(
    {
      Effect: fc.constantFrom('Allow', 'Deny'),
      Principal: principal,
      Action: element,
      Resource: element,
      Condition: fc.oneof(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom('StringEquals', 'ArnLike', 'Bool'), fc.jsonValue()),
      ),
    },
    { requiredKeys: ['Effect'] },
  );
  const deny = { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' };
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 4 }), (statements) => {
      const answer = allows(...statements);
      if (answer) expect(statements.some((one) => one.Effect === 'Allow')).toBe(true);
      expect(allows(...statements, deny)).toBe(false);
      expect(allows(...statements.map((one) => ({ ...one, Effect: 'Deny' })))).toBe(false);
    }),
    { seed: 20261124, numRuns: 1000 },
  );
});

it('Wildcards match like a regular expression', () => {
  const letters = fc.stringMatching(/^[ab]{0,8}$/);
  const patterns = fc.stringMatching(/^[ab*?]{0,8}$/);
  fc.assert(
    fc.property(patterns, letters, (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      expect(wildcardMatch(pattern, text)).toBe(expression.test(text));
    }),
    { seed: 20261125, numRuns: 2000 },
  );
  // A pattern on which backtracking matchers hang.
  expect(wildcardMatch(`${'a*'.repeat(200)}b`, 'a'.repeat(2000))).toBe(false);
});
