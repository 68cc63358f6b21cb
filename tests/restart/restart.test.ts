import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  descendants,
  eventually,
  PROMPT_TONES,
  plantTones,
  pressForTone,
  promptsBucket,
  RunningStack,
  reservedPortOptions,
  runs,
  s3Of,
  Telephone,
  waitForTone,
} from '#testkit';
import { dynamoOf } from '../aws/clients.ts';

const CALLER = '+15557770001';
let data: string;
let stack: RunningStack | undefined;

beforeAll(() => {
  data = mkdtempSync(path.join(tmpdir(), 'restart-'));
});
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

async function start(args: string[] = []): Promise<RunningStack> {
  stack = await RunningStack.start(['--data', data, ...args]);
  return stack;
}

/** Kills it as `kill -9` does; resolves when it and all its children are gone. */
async function killNine(running: RunningStack): Promise<void> {
  const children = descendants(running.pid);
  expect(children.length).toBeGreaterThan(0);
  process.kill(running.pid, 'SIGKILL');
  await running.stop('SIGKILL');
  await eventually('functions die with the runtime', () => !children.some(runs));
}

/** Number, SIP rule and SIP message log: each is created by one invocation. */
const CUSTOM_RESOURCES = 3;

/** The custom-resource function's invocations in the log so far. */
const customInvocations = (): number =>
  readFileSync(path.join(data, 'logs', 'runtime.log'), 'utf8')
    .split('\n')
    .filter((line) => /chimeResources\S* START /.test(line)).length;

/** Stores what a person would miss: an object and an item. */
async function leaveThings(running: RunningStack, text: string): Promise<void> {
  const s3 = await s3Of(running);
  const Bucket = await promptsBucket(s3);
  await s3.send(new PutObjectCommand({ Bucket, Key: `kept-${text}.txt`, Body: text }));
  s3.destroy();
  const tables = dynamoOf(running);
  await tables.send(
    new PutItemCommand({
      TableName: await updatesTable(running),
      Item: { pk: { S: 'kept' }, sk: { S: text }, text: { S: text } },
    }),
  );
  tables.destroy();
}

async function updatesTable(running: RunningStack): Promise<string> {
  const tables = dynamoOf(running);
  const { TableNames = [] } = await tables.send(new ListTablesCommand({}));
  tables.destroy();
  return TableNames.find((name) => name.includes('callUpdates')) ?? '';
}

async function expectThings(running: RunningStack, text: string): Promise<void> {
  const s3 = await s3Of(running);
  const Bucket = await promptsBucket(s3);
  const object = await s3.send(new GetObjectCommand({ Bucket, Key: `kept-${text}.txt` }));
  expect(await object.Body?.transformToString()).toBe(text);
  s3.destroy();
  const tables = dynamoOf(running);
  const TableName = await updatesTable(running);
  const { Item } = await tables.send(
    new GetItemCommand({ TableName, Key: { pk: { S: 'kept' }, sk: { S: text } } }),
  );
  expect(Item).toMatchObject({ text: { S: text } });
  tables.destroy();
}

/** True if nothing listens there. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

const lasting = ({ endpoints }: RunningStack) => ({
  phoneNumber: endpoints.phoneNumber,
  pin: endpoints.pin,
  sipMediaApplicationId: endpoints.sipMediaApplicationId,
  awsAccessKeyId: endpoints.awsAccessKeyId,
});

it('A restart keeps everything and creates nothing twice', async () => {
  const first = await start();
  const same = lasting(first);
  const [meeting] = (await first.queryMeetings()).Meetings;
  expect(customInvocations()).toBe(CUSTOM_RESOURCES);
  await leaveThings(first, 'polite');
  expect(await first.stop('SIGINT')).toBe(0);

  const ports = await reservedPortOptions();
  const second = await start(ports);
  expect(lasting(second)).toEqual(same);
  await expectThings(second, 'polite');
  expect((await second.queryMeetings()).Meetings).toEqual([meeting]);
  await leaveThings(second, 'killed');
  const { sip, console: page, awsEndpoint } = second.endpoints;
  await killNine(second);
  for (const port of [sip.port, Number(new URL(page).port), Number(new URL(awsEndpoint).port)]) {
    expect([port, await isFree(port)]).toEqual([port, true]);
  }

  const third = await start(ports);
  expect(lasting(third)).toEqual(same);
  expect([third.endpoints.console, third.endpoints.sip.port]).toEqual([page, sip.port]);
  expect(third.endpoints.awsEndpoint).toBe(awsEndpoint);
  await expectThings(third, 'polite');
  await expectThings(third, 'killed');
  expect(customInvocations()).toBe(CUSTOM_RESOURCES);
});

it('The calls of a killed runtime end as soon as it restarts', async () => {
  const before = await start();
  await plantTones(before);
  const { sip, phoneNumber, pin } = before.endpoints;
  const phone = await Telephone.call({ server: sip, to: phoneNumber, from: CALLER });
  await waitForTone(phone, PROMPT_TONES['enter-pin.wav'].hz);
  await pressForTone(phone, pin, PROMPT_TONES['joined.wav'].hz);
  const row = await before.until('the row', ({ Items }) => Items.find(({ status }) => status === 'joined'));
  await killNine(before);
  phone.close();
  // And killed again as soon as it is ready: the next start tidies up what the first one has not tidied up
  // yet.
  await killNine(await start());

  const after = await start();
  expect((await after.queryMeetings()).Items).toEqual([]);
  const late = await after.post('/updateCallNode', {
    transactionId: row.transactionId,
    updateInfo: 'MuteAttendee',
  });
  expect(late.status).toBe(404);
  const log = readFileSync(path.join(data, 'logs', 'runtime.log'), 'utf8');
  expect(log).not.toContain(pin);

  // The line is free again: the same person calls back and is admitted.
  const again = await Telephone.call({ server: after.endpoints.sip, to: phoneNumber, from: CALLER });
  await waitForTone(again, PROMPT_TONES['enter-pin.wav'].hz);
  await pressForTone(again, pin, PROMPT_TONES['joined.wav'].hz);
  await after.until('the new row', ({ Items }) => Items.length === 1 || undefined);
  await again.hangUp();
  await after.until('no row', ({ Items }) => Items.length === 0);
});
