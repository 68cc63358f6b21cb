import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Call, type CallInput, step } from 'pstn-audio/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { ServiceRecords } from './index.ts';

const FROM = '+15550100002';
const OURS = '+15550100001';

let folder: string;
let clock: ScriptedClock;
let records: ServiceRecords;
let bucket: string | undefined;
let wanted: boolean;
let fails: boolean;
let objects: { bucket: string; key: string; body: string }[];
let lines: { logGroup: string; logStream: string; message: string }[];
let warnings: string[];
let call: Call | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'records-'));
  clock = new ScriptedClock(Date.UTC(2026, 0, 2, 3, 4, 5));
  [bucket, wanted, fails, objects, lines, warnings, call] = [undefined, false, false, [], [], [], undefined];
  records = new ServiceRecords({
    folder,
    directory: {
      cdrBucket: () => bucket,
      logsMessages: (id) => wanted && id === 'sma',
      nameOfNumber: (number) => (number === OURS ? 'Front desk' : undefined),
    },
    async put(name, key, body) {
      if (fails) throw new Error('The specified bucket does not exist');
      objects.push({ bucket: name, key, body });
    },
    tell: (logGroup, logStream, message) => void lines.push({ logGroup, logStream, message }),
    clock,
    log: createLog((_level, _name, text) => void warnings.push(text)),
  });
});
afterEach(() => {
  records.close();
  rmSync(folder, { recursive: true });
});

/** Handles a step as the call host does. */
function give(input: CallInput): void {
  const before = call;
  const { call: after, outputs } = step(call, input, clock.now());
  call = after;
  records.did(after, before, outputs);
  if (outputs.some(({ kind }) => kind === 'CallEnded')) records.ended(after);
}

function arrive(): void {
  const targets = [{ sipMediaApplicationId: 'sma', awsRegion: 'us-east-1', functionArn: 'fn' }];
  const number = { awsAccountId: '000000000000', sipRuleId: 'rule', targets };
  give({ kind: 'LegArrived', transactionId: 'tx', legId: 'leg-a', from: FROM, to: OURS, ...number });
}

const respond = (...Actions: object[]): void =>
  give({
    kind: 'FunctionResponded',
    sequence: call?.sequence ?? 0,
    payload: JSON.stringify({ SchemaVersion: '1.0', Actions }),
  });
const ended = (legId = 'leg-a', sipResponseCode = 0): void => {
  give({ kind: 'LegEnded', legId, sipResponseCode });
};

const BRIDGE = {
  Type: 'CallAndBridge',
  Parameters: {
    CallerIdNumber: OURS,
    Endpoints: [
      { BridgeEndpointType: 'AWS', Uri: 'desk', Arn: 'arn:aws:chime:us-east-1:000000000000:vc/abc' },
    ],
  },
};

/**
 * A caller talks for ten and a half seconds, six of them with a party behind a Voice Connector, with
 * VoiceFocus throughout.
 */
function bridgedCall(): void {
  arrive();
  respond(
    { Type: 'ReceiveDigits', Parameters: LISTEN },
    { Type: 'VoiceFocus', Parameters: { Enable: true } },
    BRIDGE,
  );
  give({ kind: 'LegAnswered', legId: 'leg-a' });
  give({ kind: 'LegDialled', legId: 'leg-b', dialledFrom: 'leg-a' });
  clock.advance(4500);
  give({ kind: 'LegAnswered', legId: 'leg-b' });
  respond();
  clock.advance(6000);
  ended('leg-b');
  respond();
  ended();
  respond();
}
const LISTEN = {
  InputDigitsRegex: '1',
  InBetweenDigitsDurationInMilliseconds: 1000,
  FlushDigitsDurationInMilliseconds: 5000,
};

const parsed = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('call detail records', () => {
  it("T-145 Each leg's record goes to the account's bucket after the call", () => {
    bucket = 'cdrs';
    bridgedCall();
    expect(objects).toHaveLength(1);
    expect(objects[0]).toMatchObject({
      bucket: 'cdrs',
      key: 'Amazon-Chime-SMADRs/json/sma/2026/01/02/03.04.15.500_tx',
    });
    const common = {
      AwsAccountId: '000000000000',
      TransactionId: 'tx',
      Status: 'Completed',
      SchemaVersion: '2.0',
      ServiceCode: 'AmazonChimeServices',
      TimeStampEpochSeconds: String(Date.UTC(2026, 0, 2, 3, 4, 5) / 1000),
      Region: 'us-east-1',
      SipRuleId: 'rule',
      SipApplicationId: 'sma',
    };
    expect(parsed(objects[0]?.body ?? '')).toEqual([
      {
        ...common,
        CallId: 'leg-a',
        VoiceConnectorId: '',
        BillableDurationSeconds: '11',
        SourcePhoneNumber: '15550100002',
        SourcePhoneNumberName: '',
        DestinationPhoneNumber: '15550100001',
        DestinationPhoneNumberName: 'Front desk',
        UsageType: 'inbound-minutes',
        Direction: 'Inbound',
        CallLegTriggerType: 'SipRule',
        BillableVoiceFocusSeconds: '11',
      },
      {
        ...common,
        CallId: 'leg-b',
        VoiceConnectorId: 'abc',
        BillableDurationSeconds: '6',
        SourcePhoneNumber: '15550100001',
        SourcePhoneNumberName: 'Front desk',
        DestinationPhoneNumber: 'desk',
        DestinationPhoneNumberName: '',
        UsageType: 'outbound-minutes',
        Direction: 'Outbound',
        CallLegTriggerType: 'CallAndBridge',
        BillableVoiceFocusSeconds: '0',
      },
    ]);
  });

  it('Records are kept in the data folder whatever the account requests', () => {
    bridgedCall();
    expect(objects).toEqual([]);
    records.close();
    const kept = parsed(readFileSync(path.join(folder, 'call-detail-records.jsonl'), 'utf8'));
    expect(kept.map(({ CallId }) => CallId)).toEqual(['leg-a', 'leg-b']);
  });

  it('The records of legs that nobody answered say Failed', () => {
    bucket = 'cdrs';
    arrive();
    respond(BRIDGE);
    give({ kind: 'LegDialled', legId: 'leg-b', dialledFrom: 'leg-a' });
    ended('leg-b', 486);
    respond({ Type: 'Hangup', Parameters: { SipResponseCode: 486 } });
    ended('leg-a', 486);
    respond();
    const legs = parsed(objects[0]?.body ?? '');
    expect(legs).toMatchObject([
      { CallId: 'leg-a', Status: 'Failed', BillableDurationSeconds: '0' },
      { CallId: 'leg-b', Status: 'Failed', BillableDurationSeconds: '0' },
    ]);
  });

  it('A bucket that does not accept the records causes a warning', async () => {
    [bucket, fails] = ['cdrs', true];
    bridgedCall();
    await Promise.resolve();
    await Promise.resolve();
    expect(warnings.join()).toContain('could not be put into cdrs: The specified bucket does not exist');
  });
});

it('Calls are counted in CloudWatch metrics', () => {
  const put: string[] = [];
  records.close();
  records = new ServiceRecords({
    folder,
    directory: { cdrBucket: () => undefined, logsMessages: () => false, nameOfNumber: () => undefined },
    put: async () => {},
    tell: () => {},
    putMetric: (namespace, name, { Region, VoiceConnectorId = '' }, value) => {
      expect([namespace, Region]).toEqual(['AWS/ChimeVoiceConnector', 'us-east-1']);
      put.push(`${name}${VoiceConnectorId && ` ${VoiceConnectorId}`} ${value}`);
    },
    clock,
    log: createLog(() => {}),
  });
  arrive();
  respond({ Type: 'ReceiveDigits', Parameters: LISTEN }, BRIDGE);
  give({ kind: 'LegAnswered', legId: 'leg-a' });
  give({ kind: 'LegDialled', legId: 'leg-b', dialledFrom: 'leg-a' });
  records.legEnded('leg-b', 486);
  ended('leg-b', 486);
  clock.advance(60_000);
  expect(put).toEqual([
    ...['SmaActiveCallCount 1', 'InboundCallAttempts 1', 'InboundCallsAnswered 1', 'Sip2xxCodes 1'],
    ...['OutboundCallAttempts 1', 'OutboundCallAttempts abc 1'],
    ...['Sip4xxCodes 1', 'Sip4xxCodes abc 1', 'OutboundCallFailures 1', 'OutboundCallFailures abc 1'],
    ...['SmaActiveCallCount 1', 'InboundCallsActive 1'],
  ]);
  respond();
  ended();
  respond();
  put.length = 0;
  clock.advance(600_000);
  expect(put).toEqual([]);
});

it('Refused calls are kept with their cure', () => {
  const source = { address: '127.0.0.1', port: 5070, transport: 'udp' };
  records.refused({ status: 488, from: FROM, to: OURS, source, why: 'no codec', cure: 'Offer PCMU.' });
  records.close();
  expect(parsed(readFileSync(path.join(folder, 'refused-calls.jsonl'), 'utf8'))).toEqual([
    {
      Timestamp: '2026-01-02T03:04:05.000Z',
      SipResponseCode: 488,
      From: FROM,
      To: OURS,
      Source: '127.0.0.1:5070',
      Transport: 'udp',
      Reason: 'no codec',
      Cure: 'Offer PCMU.',
    },
  ]);
});

describe('the message log', () => {
  it("T-146 An application's log contains the invalid response that ended its call", () => {
    wanted = true;
    arrive();
    respond({ Type: 'PlayAduio' });
    const texts = lines.map(({ logGroup, logStream, message }) => {
      expect([logGroup, logStream]).toEqual(['/aws/ChimeSipMediaApplicationSipMessages/sma', 'tx']);
      return JSON.parse(message);
    });
    expect(texts[0]).toEqual({
      Timestamp: '2026-01-02T03:04:05.000Z',
      Level: 'INFO',
      AwsAccountId: '000000000000',
      AwsRegion: 'us-east-1',
      SipMediaApplicationId: 'sma',
      TransactionId: 'tx',
      InvocationEventType: 'NEW_INBOUND_CALL',
      Sequence: 1,
      Message: 'The function is invoked with NEW_INBOUND_CALL.',
    });
    expect(texts).toContainEqual(
      expect.objectContaining({ Level: 'ERROR', Message: 'Unsupported action name specified: PlayAduio.' }),
    );
  });

  it('Without logging, the message log is kept only in a file', () => {
    arrive();
    respond({ Type: 'PlayAduio' });
    expect(lines).toEqual([]);
    records.close();
    const kept = readFileSync(path.join(folder, 'message-logs.jsonl'), 'utf8');
    expect(kept).toContain('Unsupported action name specified: PlayAduio.');
  });
});
