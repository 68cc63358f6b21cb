import { beforeEach, describe, expect, it } from 'vitest';
import { openJournal, silentLog, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import { ask } from '../testing/ask.ts';
import { ACCOUNT, REGION } from '../testing/endpoint.ts';
import { dueAfter } from './expression.ts';
import { createScheduler, Schedules } from './index.ts';

const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/scheduler`;
const at = (text: string): number => Date.parse(text);

let clock: ScriptedClock;
let journal: ReturnType<typeof openJournal>;
let called: { service: string; operation: string; parameters: Record<string, unknown> }[];
let told: string[];
/** The functions that were invoked, successfully or not. */
let tried: string[];
let refusal: Error | undefined;
let schedules: Schedules;

const open = (): Schedules =>
  new Schedules({
    journal,
    clock,
    ids: systemIds,
    log: { ...silentLog, warn: (text) => void told.push(text) },
    accountId: ACCOUNT,
    region: REGION,
    async call({ roleArn, ...rest }) {
      expect(roleArn).toBe(ROLE);
      if (rest.service === 'lambda') tried.push(`${rest.operation} ${rest.parameters.Payload}`);
      if (refusal && rest.service !== 'sqs') throw refusal;
      called.push(rest);
    },
  });
const send = (method: string, rawPath: string, body?: object, rawQuery = '') =>
  ask(createScheduler({ schedules }), {
    method,
    rawPath,
    rawQuery,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
const schedule = (more: object) => ({
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: FUNCTION, RoleArn: ROLE, Input: '{"call":"+12065550100"}' },
  ...more,
});
const inSeconds = (seconds: number): string =>
  `at(${new Date(clock.now() + seconds * 1000).toISOString().slice(0, 19)})`;

beforeEach(() => {
  clock = new ScriptedClock();
  journal = openJournal(undefined);
  called = [];
  told = [];
  tried = [];
  refusal = undefined;
  schedules = open();
});

describe('EventBridge Scheduler', () => {
  it('A function is invoked once at its time, and the schedule deleted', async () => {
    const given = schedule({ ScheduleExpression: inSeconds(90), ActionAfterCompletion: 'DELETE' });
    const { json } = await send('POST', '/schedules/remind', given);
    expect(json).toEqual({
      ScheduleArn: `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/default/remind`,
    });
    const { json: shown } = await send('GET', '/schedules/remind', undefined, 'groupName=default');
    expect(shown).toMatchObject({ ...given, Name: 'remind', GroupName: 'default', State: 'ENABLED' });
    clock.advance(89_000);
    expect(called).toEqual([]);
    clock.advance(2_000);
    expect(called).toEqual([
      {
        service: 'lambda',
        operation: 'Invoke',
        parameters: { FunctionName: FUNCTION, InvocationType: 'Event', Payload: '{"call":"+12065550100"}' },
      },
    ]);
    expect((await send('GET', '/schedules/remind')).status).toBe(404);
  });

  it('A rate repeats from its creation until it is disabled', async () => {
    const given = schedule({ ScheduleExpression: 'rate(5 minutes)' });
    await send('POST', '/schedules/often', given);
    clock.advance(11 * 60_000);
    expect(called).toHaveLength(3);
    await send('PUT', '/schedules/often', { ...given, State: 'DISABLED' });
    clock.advance(11 * 60_000);
    expect(called).toHaveLength(3);
    expect((await send('GET', '/schedules')).json).toMatchObject({
      Schedules: [{ Name: 'often', State: 'DISABLED' }],
    });
  });

  it('Any SDK operation is called with the context attributes', async () => {
    const Target = {
      Arn: 'arn:aws:scheduler:::aws-sdk:chimesdkvoice:createSipMediaApplicationCall',
      RoleArn: ROLE,
      Input: '{"SipMediaApplicationId":"sma","ArgumentsMap":{"at":"<aws.scheduler.scheduled-time>"}}',
    };
    const due = inSeconds(60);
    await send('POST', '/schedules/call', schedule({ ScheduleExpression: due, Target }));
    clock.advance(60_000);
    expect(called).toEqual([
      {
        service: 'chimesdkvoice',
        operation: 'CreateSipMediaApplicationCall',
        parameters: { SipMediaApplicationId: 'sma', ArgumentsMap: { at: `${due.slice(3, -1)}Z` } },
      },
    ]);
  });

  it("Schedules survive a restart, and a target's refusal is reported", async () => {
    await send('POST', '/schedules/later', schedule({ ScheduleExpression: inSeconds(60) }));
    schedules.close();
    schedules = open();
    refusal = new Error('not allowed');
    clock.advance(60_000);
    await new Promise(setImmediate);
    expect(told).toEqual([
      `Schedule later has not reached ${FUNCTION}: not allowed (attempt 1; it is tried again)`,
    ]);
  });

  it('Retries follow the policy; then the dead-letter queue is used', async () => {
    const due = inSeconds(60);
    const Target = {
      Arn: FUNCTION,
      RoleArn: ROLE,
      Input: '{"attempt":"<aws.scheduler.attempt-number>"}',
      RetryPolicy: { MaximumRetryAttempts: 2 },
      DeadLetterConfig: { Arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:dead` },
    };
    await send('POST', '/schedules/hard', schedule({ ScheduleExpression: due, Target }));
    refusal = new Error('busy');
    for (const ms of [60_000, 1_000, 2_000]) {
      clock.advance(ms);
      await new Promise(setImmediate);
    }
    expect(tried).toEqual(['1', '2', '3'].map((attempt) => `Invoke {"attempt":"${attempt}"}`));
    expect(told).toEqual([
      `Schedule hard has not reached ${FUNCTION}: busy (attempt 1; it is tried again)`,
      `Schedule hard has not reached ${FUNCTION}: busy (attempt 3; it is given up)`,
    ]);
    expect(called).toMatchObject([
      {
        service: 'sqs',
        operation: 'SendMessage',
        parameters: {
          QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/dead`,
          MessageAttributes: {
            ERROR_MESSAGE: { StringValue: 'busy' },
            EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumRetryAttempts' },
            RETRY_ATTEMPTS: { StringValue: '2' },
            SCHEDULED_TIME: { StringValue: `${due.slice(3, -1)}Z` },
          },
        },
      },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('Permanent failures are not retried', async () => {
    await send('POST', '/schedules/no', schedule({ ScheduleExpression: inSeconds(60) }));
    refusal = Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' });
    clock.advance(60_000);
    await new Promise(setImmediate);
    expect([tried.length, clock.pending]).toEqual([1, 0]);
  });

  it('An Input nested deeper than a request may be is refused', async () => {
    const Arn = 'arn:aws:scheduler:::aws-sdk:chimesdkvoice:createSipMediaApplicationCall';
    const Input = `{"deep":${'['.repeat(2_000)}${']'.repeat(2_000)}}`;
    const ScheduleExpression = inSeconds(60);
    await send(
      'POST',
      '/schedules/deep',
      schedule({ ScheduleExpression, Target: { Arn, RoleArn: ROLE, Input } }),
    );
    clock.advance(60_000);
    await new Promise(setImmediate);
    expect([called, told]).toEqual([
      [],
      [`Schedule deep has not reached ${Arn}: its Input is no JSON object. (attempt 1; it is given up)`],
    ]);
  });

  it.each([
    ['POST', '/schedules/twice', { ScheduleExpression: 'rate(1 day)' }, 409, 'ConflictException'],
    ['POST', '/schedules/x', { ScheduleExpression: 'every day' }, 400, 'ValidationException'],
    ['POST', '/schedules/x', { ScheduleExpression: 'at(2001-01-01T00:00:00)' }, 400, 'ValidationException'],
    ['POST', '/schedules/x', { ScheduleExpression: 'rate(1 day)', Target: {} }, 400, 'ValidationException'],
    [
      'POST',
      '/schedules/x',
      { ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'FLEXIBLE' } },
      400,
      'ValidationException',
    ],
    [
      'POST',
      '/schedules/x',
      {
        ScheduleExpression: 'rate(1 day)',
        Target: { Arn: FUNCTION, RoleArn: ROLE, RetryPolicy: { MaximumRetryAttempts: 186 } },
      },
      400,
      'ValidationException',
    ],
    [
      'POST',
      '/schedules/x',
      { ScheduleExpression: 'rate(1 day)', GroupName: 'no' },
      404,
      'ResourceNotFoundException',
    ],
    ['PUT', '/schedules/missing', { ScheduleExpression: 'rate(1 day)' }, 404, 'ResourceNotFoundException'],
    ['DELETE', '/schedules/missing', {}, 404, 'ResourceNotFoundException'],
    ['PATCH', '/schedules/x', {}, 501, 'NotImplementedException'],
  ])('Refused: %s %s %j', async (method, path, more, status, code) => {
    await send('POST', '/schedules/twice', schedule({ ScheduleExpression: 'rate(1 day)' }));
    const answer = await send(method, path, schedule(more));
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([status, code]);
  });

  it('Deleting a group deletes its schedules', async () => {
    await send('POST', '/schedule-groups/calls', {});
    await send(
      'POST',
      '/schedules/one',
      schedule({ GroupName: 'calls', ScheduleExpression: 'rate(1 hour)' }),
    );
    expect((await send('GET', '/schedule-groups/calls')).json).toMatchObject({ State: 'ACTIVE' });
    await send('DELETE', '/schedule-groups/calls');
    expect((await send('GET', '/schedules')).json).toEqual({ Schedules: [] });
  });
});

describe('due times of a schedule', () => {
  const now = at('2026-11-30T12:00:00Z');
  it.each([
    ['at(2026-12-01T09:00:00)', 'America/New_York', '2026-12-01T14:00:00Z'],
    ['at(2027-07-01T09:00:00)', 'America/New_York', '2027-07-01T13:00:00Z'],
    ['cron(0 9 * * ? *)', 'Europe/Berlin', '2026-12-01T08:00:00Z'],
    ['cron(30 12 * * ? *)', undefined, '2026-11-30T12:30:00Z'],
    ['rate(2 hours)', undefined, '2026-11-30T14:00:00Z'],
    ['at(2026-11-30T11:59:59)', undefined, undefined],
  ])('%s in %s is due at %s', (expression, timezone, due) => {
    expect(dueAfter({ expression, timezone }, now, now)).toBe(due && at(due));
  });

  it('A rate begins at its start time and stops at its end', () => {
    const start = at('2026-12-01T00:00:00Z');
    const timing = { expression: 'rate(1 days)', start, end: start + 1 };
    expect([dueAfter(timing, now, now), dueAfter(timing, start, now)]).toEqual([start, undefined]);
  });
});
