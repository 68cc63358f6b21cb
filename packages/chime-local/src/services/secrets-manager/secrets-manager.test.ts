import { beforeEach, expect, it } from 'vitest';
import { openJournal, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import type { AwsService } from '../ports.ts';
import { askJson } from '../testing/ask.ts';
import { ACCOUNT, REGION } from '../testing/endpoint.ts';
import { createSecretsManager, Secrets } from './index.ts';

let clock: ScriptedClock;
let service: AwsService;

beforeEach(() => {
  clock = new ScriptedClock();
  const parts = {
    journal: openJournal(undefined),
    clock,
    ids: systemIds,
    accountId: ACCOUNT,
    region: REGION,
  };
  service = createSecretsManager({ secrets: new Secrets(parts) });
});

const ask = async (operation: string, input: object) => (await askJson(service, operation, input)).json;

it('A secret is found by name, ARN, or ARN without suffix', async () => {
  const { ARN } = await ask('CreateSecret', { Name: 'app/key', SecretString: 's3cret' });
  for (const SecretId of ['app/key', ARN, String(ARN).slice(0, -7)]) {
    expect((await ask('GetSecretValue', { SecretId })).SecretString).toBe('s3cret');
  }
});

it('The old value is kept as the previous version', async () => {
  await ask('CreateSecret', { Name: 'k', SecretString: 'old' });
  await ask('PutSecretValue', { SecretId: 'k', SecretString: 'new' });
  const value = async (VersionStage: string) =>
    (await ask('GetSecretValue', { SecretId: 'k', VersionStage })).SecretString;
  expect([await value('AWSCURRENT'), await value('AWSPREVIOUS')]).toEqual(['new', 'old']);
});

it('A deleted secret is unusable, restorable, and eventually forgotten', async () => {
  await ask('CreateSecret', { Name: 'k', SecretString: 'v' });
  await ask('DeleteSecret', { SecretId: 'k', RecoveryWindowInDays: 7 });
  expect((await ask('GetSecretValue', { SecretId: 'k' })).__type).toBe('InvalidRequestException');
  await ask('RestoreSecret', { SecretId: 'k' });
  expect((await ask('GetSecretValue', { SecretId: 'k' })).SecretString).toBe('v');
  await ask('DeleteSecret', { SecretId: 'k', RecoveryWindowInDays: 7 });
  clock.advance(7 * 24 * 3_600_000);
  expect((await ask('DescribeSecret', { SecretId: 'k' })).__type).toBe('ResourceNotFoundException');
});

it('Random passwords contain the requested kinds of characters', async () => {
  const { RandomPassword } = await ask('GetRandomPassword', {
    PasswordLength: 12,
    ExcludePunctuation: true,
    ExcludeLowercase: true,
    ExcludeCharacters: '01',
  });
  expect(RandomPassword).toMatch(/^(?=.*[A-Z])(?=.*[2-9])[A-Z2-9]{12}$/);
});

it.each([
  ['a secret that is not there', 'GetSecretValue', { SecretId: 'none' }, 'ResourceNotFoundException'],
  ['a second secret of one name', 'CreateSecret', { Name: 'taken' }, 'ResourceExistsException'],
  [
    'two values at once',
    'CreateSecret',
    { Name: 'x', SecretString: 'a', SecretBinary: 'YQ==' },
    'InvalidParameterException',
  ],
])('Refused: %s', async (_what, operation, input, type) => {
  await ask('CreateSecret', { Name: 'taken', SecretString: 'v' });
  const answer = await askJson(service, operation, input);
  expect([answer.status, answer.json.__type]).toEqual([400, type]);
});
