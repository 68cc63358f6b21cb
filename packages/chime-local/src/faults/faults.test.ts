import { ChimeSDKMeetingsClient, CreateMeetingCommand } from '@aws-sdk/client-chime-sdk-meetings';
import { ChimeSDKVoiceClient, ListSipRulesCommand } from '@aws-sdk/client-chime-sdk-voice';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AwsService, type Credentials, startAwsEndpoint } from '#aws';
import { silentLog, systemClock, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import { Faults } from './faults.ts';
import { faultyApis } from './faulty-apis.ts';
import { faultyInvoke } from './faulty-invoke.ts';
import { faultyObjects } from './faulty-objects.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:smaHandler';
const event = (type: string): string => JSON.stringify({ InvocationEventType: type });

/** The switches, and the messages about them. */
function switches() {
  const told: string[] = [];
  return { faults: new Faults((text) => told.push(text)), told };
}

/** Invocations that answer at once, with a scripted clock. */
function invocations(faults: Faults) {
  const clock = new ScriptedClock();
  const asked: string[] = [];
  const invoke = faultyInvoke(
    async (_arn, payload) => {
      asked.push(payload);
      return { ok: true, payload: 'the answer' };
    },
    faults,
    clock,
  );
  const ask = (payload: string, arn = ARN) => invoke(arn, payload, 'live', 'request');
  return { clock, asked, invoke: ask };
}

describe('faults of functions', () => {
  it('A function that is made to fail is not invoked', async () => {
    const { faults, told } = switches();
    const { invoke, asked } = invocations(faults);
    faults.switchOn('failing-function', { times: 2, of: 'smaHandler' });
    const outcomes = [
      await invoke(event('RINGING')),
      await invoke(event('RINGING')),
      await invoke(event('RINGING')),
    ];
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, false, true]);
    expect(asked).toHaveLength(1);
    expect(told.at(-1)).toBe('The fault failing-function happens to smaHandler, as it was switched on.');
  });

  it('A function that is made slow answers after the delay', async () => {
    const { faults } = switches();
    const { clock, invoke } = invocations(faults);
    faults.switchOn('slow-function', { ms: 700 });
    let answered = false;
    const asking = invoke(event('RINGING')).then(() => {
      answered = true;
    });
    await expect.poll(() => clock.pending).toBe(1);
    clock.advance(699);
    await Promise.resolve();
    expect(answered).toBe(false);
    clock.advance(1);
    await asking;
  });

  it('A missed HANGUP never reaches the function; other events do', async () => {
    const { faults } = switches();
    const { asked, invoke } = invocations(faults);
    faults.switchOn('missed-hangup', {});
    expect(await invoke(event('HANGUP'))).toMatchObject({ ok: true, undelivered: true });
    expect(await invoke(event('RINGING'))).toEqual({ ok: true, payload: 'the answer' });
    expect(asked).toEqual([event('RINGING')]);
  });

  it('A fault of a function also happens when an alias is invoked', async () => {
    const { faults } = switches();
    faults.switchOn('failing-function', { of: 'smaHandler' });
    const { invoke } = invocations(faults);
    expect(await invoke(event('RINGING'), `${ARN}:live`)).toMatchObject({ ok: false });
  });

  it('A fault limited to one function does not affect another', async () => {
    const { faults } = switches();
    faults.switchOn('failing-function', { of: 'other' });
    expect(await invocations(faults).invoke(event('RINGING'))).toMatchObject({ ok: true });
  });
});

describe('faults of AWS', () => {
  it('Each API reports throttling and quotas with its own errors', async () => {
    const { faults } = switches();
    const { role, operator } = await endpoint(faults);
    const name = async (asked: Promise<unknown>) =>
      (await asked.catch((error: Error) => error.name)) as string;
    const ask = {
      meetings: (options: object) =>
        new ChimeSDKMeetingsClient(options).send(
          new CreateMeetingCommand({ ExternalMeetingId: 'one', MediaRegion: 'us-east-1' }),
        ),
      voice: (options: object) => new ChimeSDKVoiceClient(options).send(new ListSipRulesCommand({})),
      tables: (options: object) => new DynamoDBClient(options).send(new ListTablesCommand({})),
      buckets: (options: object) => new S3Client(options).send(new ListBucketsCommand({})),
    };
    const all = (options: object) => Promise.all(Object.values(ask).map((one) => name(one(options))));
    faults.switchOn('throttled-api', {});
    const throttled = 'ThrottlingException';
    expect(await all(role)).toEqual([throttled, throttled, throttled, 'SlowDown']);
    expect(await all(operator)).not.toContain(throttled);
    faults.switchOff('throttled-api');
    faults.switchOn('quota-reached', { of: 'chime' });
    const limits = ['LimitExceededException', 'ResourceLimitExceededException'];
    expect((await all(role)).slice(0, 2)).toEqual(limits);
  });

  it('A missing object cannot be found for playback', () => {
    const { faults } = switches();
    const objects = faultyObjects({ version: () => 'v1', read: async () => undefined }, faults);
    faults.switchOn('missing-object', { of: 'prompts/welcome.wav' });
    expect([objects.version('prompts', 'welcome.wav'), objects.version('prompts', 'other.wav')]).toEqual([
      undefined,
      'v1',
    ]);
  });
});

/** Services without content behind the AWS endpoint, with the keys of a role and of the operator. */
async function endpoint(faults: Faults) {
  const session = { accessKeyId: 'ASIAROLE', secretAccessKey: 'secret', sessionToken: 'token' };
  const person = { accessKeyId: 'AKIDPERSON', secretAccessKey: 'secret' };
  const service: AwsService = {
    signingNames: ['chime', 'dynamodb', 's3'],
    handle: async ({ response }) => void response.writeHead(200).end(),
  };
  const arns = { ASIAROLE: 'arn:aws:sts::0:assumed-role/r/f', AKIDPERSON: 'arn:aws:iam::0:user/p' };
  const keys = new Map<string, object>([
    ['ASIAROLE', { ...session, arn: arns.ASIAROLE }],
    ['AKIDPERSON', { ...person, arn: arns.AKIDPERSON }],
  ]);
  const { AwsPort } = await import('#aws');
  const front = startAwsEndpoint(await AwsPort.open({ address: '127.0.0.1', port: 0 }), {
    credentials: (id) => keys.get(id) as ReturnType<Credentials['lookup']>,
    services: [service],
    interfere: faultyApis(faults),
    log: silentLog,
    clock: systemClock,
    ids: systemIds,
  });
  onTestFinished(() => front.close());
  const options = { endpoint: front.endpoint, region: 'us-east-1', maxAttempts: 1, forcePathStyle: true };
  return { role: { ...options, credentials: session }, operator: { ...options, credentials: person } };
}
