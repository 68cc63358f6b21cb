import { describe, expect, it } from 'vitest';
import { type AccessQuestion, decide, type Identity, trusts } from './access.ts';

const ACCOUNT = '000000000000';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/sma`;
const TABLE = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/t`;
const allow = (more: object = {}): object => ({
  Effect: 'Allow',
  Action: 'dynamodb:GetItem',
  Resource: TABLE,
  ...more,
});

/** The verdict on reading the table under these statements. */
function verdict(
  statements: object[],
  question: Partial<AccessQuestion> = {},
  more: Partial<Identity> = {},
  context: [string, string[] | undefined][] = [],
): string {
  const identity: Identity = {
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/sma/session`,
    roleArn: ROLE,
    accountId: ACCOUNT,
    policies: [{ Version: '2012-10-17', Statement: statements }],
    ...more,
  };
  const asked = { action: 'dynamodb:GetItem', resources: [TABLE], ...question };
  const known = new Map<string, string[] | undefined>([
    ['aws:sourceip', ['127.0.0.1']],
    ['aws:sourcearn', undefined],
    ['aws:currenttime', ['2030-01-01T00:00:00Z']],
    ...context,
  ]);
  const result = decide(identity, asked, () => known);
  return result.allowed ? 'allowed' : result.why;
}

describe('identity-based policies', () => {
  it.each([
    ['the action on the resource', allow(), 'allowed'],
    ['wildcards', allow({ Action: 'dynamodb:Get*', Resource: '*' }), 'allowed'],
    [
      'wildcards in the middle',
      allow({ Action: 'dyn*:G?tIt*', Resource: `${TABLE.slice(0, 9)}*` }),
      'allowed',
    ],
    ['no other beginning before a wildcard', allow({ Action: 'dynamodb:Put*' }), 'identity'],
    ['no longer text than a wildcard stands for', allow({ Action: 'dynamodb:Get?' }), 'identity'],
    ['lists', allow({ Action: ['s3:*', 'dynamodb:getitem'], Resource: ['x', TABLE] }), 'allowed'],
    ['all but other actions', allow({ Action: undefined, NotAction: 's3:*' }), 'allowed'],
    ['all but this action', allow({ Action: undefined, NotAction: 'dynamodb:*' }), 'identity'],
    ['all but other resources', allow({ Resource: undefined, NotResource: 'arn:aws:s3:::*' }), 'allowed'],
    ['all but this resource', allow({ Resource: undefined, NotResource: '*' }), 'identity'],
    ['another action', allow({ Action: 'dynamodb:PutItem' }), 'identity'],
    ['another table', allow({ Resource: `${TABLE}2` }), 'identity'],
    ['one character', allow({ Resource: TABLE.replace('/t', '/?') }), 'allowed'],
  ])('A statement decides: %s', (_name, statement, expected) => {
    expect(verdict([statement])).toBe(expected);
  });

  it('A denial overrides whatever another statement allows', () => {
    expect(verdict([allow(), { Effect: 'Deny', Action: '*', Resource: '*' }])).toBe('explicitDeny');
    expect(verdict([allow(), { Effect: 'Deny', Action: 's3:*', Resource: '*' }])).toBe('allowed');
    expect(verdict([])).toBe('identity');
  });

  it('An action without a resource is allowed only by a star', () => {
    const question = { action: 'chime:CreateMeeting', resources: ['*'] };
    const create = (Resource: string) => [{ Effect: 'Allow', Action: 'chime:CreateMeeting', Resource }];
    expect(verdict(create('*'), question)).toBe('allowed');
    expect(verdict(create(`arn:aws:chime::${ACCOUNT}:meeting/*`), question)).toBe('identity');
  });

  it('A resource is allowed under either of its ARNs', () => {
    const resources = [`arn:aws:chime::${ACCOUNT}:meeting/1`, `arn:aws:chime:us-east-1:${ACCOUNT}:meeting/1`];
    const statement = allow({ Resource: `arn:aws:chime:us-east-1:${ACCOUNT}:meeting/*` });
    expect(verdict([statement], { resources })).toBe('allowed');
  });

  it('A permissions boundary limits what policies allow', () => {
    const boundary = (Action: string) => ({
      boundary: { Statement: { Effect: 'Allow', Action, Resource: '*' } },
    });
    expect(verdict([allow()], {}, boundary('dynamodb:*'))).toBe('allowed');
    expect(verdict([allow()], {}, boundary('s3:*'))).toBe('boundary');
  });
});

describe('conditions', () => {
  it.each<[string, object, string]>([
    ['IpAddress', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, 'allowed'],
    ['NotIpAddress', { NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '::1/128'] } }, 'allowed'],
    ['StringEquals of a list', { StringEquals: { 'x:key': ['b', 'a'] } }, 'allowed'],
    ['StringNotEquals', { StringNotEquals: { 'x:key': ['b', 'a'] } }, 'identity'],
    ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { 'x:key': 'A' } }, 'allowed'],
    ['StringLike', { StringLike: { 'x:key': '?' } }, 'allowed'],
    ['an absent key', { StringEquals: { 'aws:SourceArn': 'x' } }, 'identity'],
    ['an absent key, negated', { ArnNotLike: { 'aws:SourceArn': 'arn:aws:s3:::x' } }, 'allowed'],
    ['an absent key with IfExists', { StringEqualsIfExists: { 'aws:SourceArn': 'x' } }, 'allowed'],
    ['Null of an absent key', { Null: { 'aws:SourceArn': 'true' } }, 'allowed'],
    ['Null of a key that is there', { Null: { 'x:key': true } }, 'identity'],
    ['NumericLessThan', { NumericLessThan: { 'x:number': '10' } }, 'allowed'],
    ['NumericGreaterThanEquals', { NumericGreaterThanEquals: { 'x:number': 8 } }, 'identity'],
    ['DateGreaterThan', { DateGreaterThan: { 'aws:CurrentTime': '2029-12-31T00:00:00Z' } }, 'allowed'],
    ['DateLessThan with seconds', { DateLessThan: { 'aws:CurrentTime': '1' } }, 'identity'],
    ['Bool', { Bool: { 'x:flag': true } }, 'allowed'],
    ['ForAllValues', { 'ForAllValues:StringLike': { 'x:list': ['a*', 'b'] } }, 'allowed'],
    ['ForAllValues with one too many', { 'ForAllValues:StringEquals': { 'x:list': ['a1'] } }, 'identity'],
    ['ForAnyValue', { 'ForAnyValue:StringEquals': { 'x:list': ['a1'] } }, 'allowed'],
    ['two keys, of which one fails', { StringEquals: { 'x:key': 'a', 'x:number': '8' } }, 'identity'],
    ['an unheard-of operator', { StringSounds: { 'x:key': 'a' } }, 'identity'],
    ['an unheard-of key', { StringEquals: { 'y:key': 'a' } }, 'identity'],
  ])('A condition decides: %s', (_name, Condition, expected) => {
    const context: [string, string[]][] = [
      ['x:key', ['a']],
      ['x:number', ['7']],
      ['x:flag', ['true']],
      ['x:list', ['a1', 'b']],
    ];
    expect(verdict([allow({ Condition })], {}, {}, context)).toBe(expected);
  });
});

describe('resource-based policies', () => {
  const resourcePolicy = (statement: object) => ({
    resourcePolicy: { Statement: { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*', ...statement } },
  });

  it('A resource policy grants access by role, but not by account', () => {
    expect(verdict([], resourcePolicy({ Principal: { AWS: ROLE } }))).toBe('allowed');
    expect(verdict([], resourcePolicy({ Principal: '*' }))).toBe('allowed');
    expect(verdict([], resourcePolicy({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }))).toBe(
      'identity',
    );
    expect(verdict([], resourcePolicy({ Principal: { AWS: `${ROLE}2` } }))).toBe('identity');
    expect(verdict([], resourcePolicy({ Principal: { Service: 'lambda.amazonaws.com' } }))).toBe('identity');
  });

  it('A resource policy denies even what identity-based policies allow', () => {
    const deny = { Effect: 'Deny', Principal: { AWS: ACCOUNT } };
    expect(verdict([allow()], resourcePolicy(deny))).toBe('resourceDeny');
    expect(verdict([allow()], resourcePolicy({ Effect: 'Deny', NotPrincipal: { AWS: ROLE } }))).toBe(
      'allowed',
    );
  });
});

it('A trust policy admits the principals that it names', () => {
  const caller = { arn: `arn:aws:iam::${ACCOUNT}:user/operator`, accountId: ACCOUNT };
  const trust = (Principal: unknown, more: object = {}) => ({
    Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal, ...more },
  });
  const none = new Map<string, string[] | undefined>([['sts:externalid', undefined]]);
  expect(trusts(trust({ AWS: `arn:aws:iam::${ACCOUNT}:root` }), caller, none)).toBe(true);
  expect(trusts(trust({ Service: 'lambda.amazonaws.com' }), caller, none)).toBe(false);
  expect(trusts(trust({ AWS: ROLE }), caller, none)).toBe(false);
  expect(
    trusts(trust({ AWS: ACCOUNT }, { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }), caller, none),
  ).toBe(false);
});
