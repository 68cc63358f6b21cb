import { describe, expect, it } from 'vitest';
import { openJournal, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import { createSqs, Queues } from '../sqs/index.ts';
import { askForm, askJson } from '../testing/ask.ts';
import { ACCOUNT, REGION } from '../testing/endpoint.ts';
import { ApiError } from './api-error.ts';
import { checkInputSize, MAX_MEMBERS } from './input-limits.ts';

const items = (count: number) => Array.from({ length: count }, (_, n) => `item ${n}`);
const map = (count: number) => Object.fromEntries(items(count).map((name) => [name, 'x']));
const refusal = (service: string, operation: string, input: Record<string, unknown>): string => {
  try {
    checkInputSize(service, operation, input);
    return 'taken';
  } catch (error) {
    return error instanceof ApiError ? `${error.status} ${error.code}: ${error.message}` : String(error);
  }
};

describe('limits of operations', () => {
  it.each([
    ['sqs', 'SendMessageBatch', 'Entries', 10, 'TooManyEntriesInBatchRequest: Maximum number of entries'],
    ['sqs', 'UntagQueue', 'TagKeys', 50, 'InvalidParameterValue: Too many tags'],
    [
      'sns',
      'PublishBatch',
      'PublishBatchRequestEntries',
      10,
      'TooManyEntriesInBatchRequest: The batch request',
    ],
    [
      'ssm',
      'GetParameters',
      'Names',
      10,
      "ValidationException: 1 validation error detected: Value at 'names'",
    ],
    [
      'events',
      'PutEvents',
      'Entries',
      10,
      "ValidationException: 1 validation error detected: Value at 'entries'",
    ],
    ['logs', 'PutLogEvents', 'logEvents', 10_000, 'InvalidParameterException: 1 validation error detected'],
    ['secretsmanager', 'BatchGetSecretValue', 'SecretIdList', 20, 'ValidationException: 1 validation error'],
    ['ecr', 'DescribeRepositories', 'repositoryNames', 100, 'InvalidParameterException: 1 validation error'],
    ['cognito-idp', 'AdminCreateUser', 'UserAttributes', MAX_MEMBERS, 'InvalidParameterException: 1 valid'],
    ['ssm', '__proto__', 'Names', MAX_MEMBERS, 'ValidationException: 1 validation error detected'],
    ['constructor', 'name', 'length', MAX_MEMBERS, 'ValidationException: 1 validation error detected'],
  ])('%s %s: the number of %s is limited', (service, operation, member, most, words) => {
    expect(refusal(service, operation, { [member]: items(most) })).toBe('taken');
    expect(refusal(service, operation, { [member]: items(most + 1) })).toContain(`400 ${words}`);
  });

  it('Limits count members of maps and, as in AWS, characters', () => {
    expect(refusal('sqs', 'CreateQueue', { tags: map(50) })).toBe('taken');
    expect(refusal('sqs', 'CreateQueue', { tags: map(51) })).toContain('400 InvalidParameterValue');
    expect(refusal('states', 'StartExecution', { input: 'x'.repeat(262_144) })).toBe('taken');
    expect(refusal('states', 'StartExecution', { input: 'x'.repeat(262_145) })).toContain(
      "at 'input' failed",
    );
    expect(refusal('sqs', 'SendMessage', { MessageBody: 'x'.repeat(1_048_576) })).toBe('taken');
  });

  it('SQS refuses an oversized input in the format of either protocol', async () => {
    const clock = new ScriptedClock();
    const queues = new Queues({
      journal: openJournal(undefined),
      clock,
      ids: systemIds,
      accountId: ACCOUNT,
      region: REGION,
    });
    const sqs = createSqs({ queues, accountId: ACCOUNT, endpoint: 'http://127.0.0.1:4566' });
    await askJson(sqs, 'CreateQueue', { QueueName: 'calls' });
    const QueueUrl = `http://127.0.0.1:4566/${ACCOUNT}/calls`;
    const json = await askJson(sqs, 'DeleteMessageBatch', {
      QueueUrl,
      Entries: items(11).map((Id) => ({ Id })),
    });
    expect(json).toMatchObject({ status: 400, json: { __type: 'TooManyEntriesInBatchRequest' } });
    const fields = items(11).map((id, n) => [`DeleteMessageBatchRequestEntry.${n + 1}.Id`, id]);
    const form = await askForm(sqs, 'DeleteMessageBatch', { QueueUrl, ...Object.fromEntries(fields) });
    expect(form.text).toContain('<Code>AWS.SimpleQueueService.TooManyEntriesInBatchRequest</Code>');
    await sqs.close?.();
  });
});
