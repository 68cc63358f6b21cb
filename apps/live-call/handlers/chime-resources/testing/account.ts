import { setImmediate as nextTurn } from 'node:timers/promises';
import * as sdk from '@aws-sdk/client-chime-sdk-voice';
import { openJournal, silentLog, systemClock, systemIds } from 'chime-local/src/platform/index.ts';
import {
  AwsPort,
  createChimeService,
  createChimeVoice,
  startAwsEndpoint,
  startChimeMeetings,
} from 'chime-local/src/services/index.ts';
import { onTestFinished } from 'vitest';
import { ScriptedClock } from '#testkit';
import { type CustomResourceEvent, provision } from '../custom-resource.ts';
import { patience } from '../patience.ts';
import { PhoneNumberResource } from '../phone-number.ts';
import { SipMediaApplicationResource, SipMessageLogsResource } from '../sip-media-application.ts';
import { SipRuleResource } from '../sip-rule.ts';
import { openFaultyDoor } from './faults.ts';
import { pretendStacks } from './stacks.ts';

const KEYS = { accessKeyId: 'AKIDDEPLOYER', secretAccessKey: 'secret of the deployer' };
const ACCOUNT_ID = '111122223333';
export const STACK_ID = `arn:aws:cloudformation:us-east-1:${ACCOUNT_ID}:stack/LiveCall/00000000-aaaa-bbbb-cccc-000000000000`;
/** Milliseconds of pretended time that the function has: its timeout less what it reserves for its answer. */
const FUNCTION_MS = 830_000;

export type Answer = {
  Status: 'SUCCESS' | 'FAILED';
  PhysicalResourceId: string;
  Reason?: string;
  Data?: Record<string, string>;
};

export interface TestAccountOptions {
  /** Milliseconds from an order to the arrival of its numbers. */
  orderMs?: number;
  quotas?: 'aws' | 'off';
  /** Milliseconds of pretended time that an invocation has. */
  functionMs?: number;
  /** Number of attempts that the client itself makes. */
  maxAttempts?: number;
}

async function startVoice(clock: ScriptedClock, { orderMs = 2_000, quotas = 'off' }: TestAccountOptions) {
  const common = { journal: openJournal(undefined), accountId: ACCOUNT_ID, clock, ids: systemIds };
  const calls = { createCall: () => 'unavailable' as const, updateCall: () => 'notFound' as const };
  const voice = createChimeVoice({ ...common, quotas, calls, orderMs });
  const observer = { onAttendeeRemoved: () => undefined, onCapabilitiesChanged: () => undefined };
  const meetings = startChimeMeetings({ ...common, log: silentLog, observer });
  return startAwsEndpoint(await AwsPort.open({ address: '127.0.0.1', port: 0 }), {
    credentials: (id) =>
      id === KEYS.accessKeyId ? { ...KEYS, arn: `arn:aws:iam::${ACCOUNT_ID}:user/deployer` } : undefined,
    services: [createChimeService(voice.api, meetings.api, ACCOUNT_ID)],
    log: silentLog,
    clock: systemClock,
    ids: systemIds,
  });
}

/** An account of the runtime's Chime APIs, and the custom resources that use it through a proxy that injects faults. */
export async function openAccount(options: TestAccountOptions = {}) {
  const clock = new ScriptedClock();
  const front = await startVoice(clock, options);
  const door = await openFaultyDoor(front.port, (ms) => clock.advance(ms));
  const region = 'us-east-1';
  const { maxAttempts = 1 } = options;
  const client = new sdk.ChimeSDKVoiceClient({
    endpoint: door.endpoint,
    region,
    credentials: KEYS,
    maxAttempts,
  });
  const voice = new sdk.ChimeSDKVoice({ endpoint: front.endpoint, region, credentials: KEYS });
  const stacks = pretendStacks();
  onTestFinished(async () => {
    client.destroy();
    voice.destroy();
    await door.close();
    await front.close();
  });
  const resources = {
    'Custom::ChimePhoneNumber': new PhoneNumberResource(client, stacks.client),
    'Custom::ChimeSipRule': new SipRuleResource(client),
    'Custom::ChimeSipMediaApplication': new SipMediaApplicationResource(client),
    'Custom::ChimeSipMessageLogs': new SipMessageLogsResource(client),
  };
  /** One invocation of the function in pretended time. */
  async function invoke(event: CustomResourceEvent): Promise<Answer> {
    const end = clock.now() + (options.functionMs ?? FUNCTION_MS);
    const sleep = async (ms: number): Promise<void> => {
      clock.advance(ms);
      await nextTurn();
    };
    const waiting = patience(
      () => end - clock.now(),
      sleep,
      () => door.callsSignal(),
    );
    return (await provision(event, resources, waiting)) as Answer;
  }
  return { clock, door, voice, stacks, invoke, ...looks(voice, door) };
}

function looks(voice: sdk.ChimeSDKVoice, door: { asked: string[] }) {
  const numbers = async () => (await voice.listPhoneNumbers({ MaxResults: 99 })).PhoneNumbers ?? [];
  return {
    /** Numbers that are paid for: all except those in the deletion queue. */
    async held(): Promise<string[]> {
      return (await numbers())
        .filter(({ DeletionTimestamp }) => DeletionTimestamp === undefined)
        .map(({ E164PhoneNumber }) => E164PhoneNumber!);
    },
    /** Numbers that were ever bought and can still be restored. */
    numbers,
    rules: async () => (await voice.listSipRules({})).SipRules ?? [],
    /** How often an operation was called. */
    count: (operation: string): number => door.asked.filter((one) => one === operation).length,
  };
}

export type TestAccount = Awaited<ReturnType<typeof openAccount>>;
