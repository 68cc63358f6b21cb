import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Action, FunctionResponse, InvocationEvent } from 'pstn-audio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallReport, LiveCalls } from '#call-host';
import { parseRoute } from '#options';
import { openJournal, silentLog, systemClock } from '#platform';
import { CalledTelephone, eventually, hears, Telephone, waitForTone } from '#testkit';
import { Activity } from '#web';
import { type CallServer, startCallServer } from './call-server.ts';
import type { EmulatedCloud } from './emulated-cloud.ts';

const NUMBER = '+12015550100';
const OTHER_NUMBER = '+12015550101';
const CALLER = '+15557770001';
const FRIEND = '+15557770002';
const CALLER_HZ = 400;
const FRIEND_HZ = 700;
/** The lower tone of ringing. */
const RINGING_HZ = 440;
/** Answers the caller, and is over at once. */
const ANSWERED: Action = {
  Type: 'ReceiveDigits',
  Parameters: {
    InputDigitsRegex: '^1$',
    InBetweenDigitsDurationInMilliseconds: 1000,
    FlushDigitsDurationInMilliseconds: 5000,
  },
};

let folder: string;
let liveCalls: LiveCalls;
let callServer: CallServer;
let events: InvocationEvent[];
/** What each application's function answers to an event. */
let functions: Record<string, (event: InvocationEvent) => Action[]>;

const bridgeTo = (Uri: string, more: object = {}): Action => ({
  Type: 'CallAndBridge',
  Parameters: { CallerIdNumber: NUMBER, Endpoints: [{ BridgeEndpointType: 'PSTN', Uri }], ...more },
});

/** A Voice Connector, and where it leads. */
const CONNECTOR = 'arn:aws:chime:us-east-1:000000000000:vc/abcdefghij0123456789ab';
const CONNECTOR_HOST = 'abcdefghij0123456789ab.voiceconnector.chime.aws';
let originations: ReturnType<EmulatedCloud['voice']['connector']>;

const routeTo = (functionArn: string) => ({
  sipRuleId: 'rule',
  targets: [{ sipMediaApplicationId: functionArn, awsRegion: 'r', functionArn }],
});

/** Two applications, each with a number and a function. */
function pretendCloud(): EmulatedCloud {
  const applications: Record<string, string> = { [NUMBER]: 'first', [OTHER_NUMBER]: 'second' };
  const cloud: {
    voice: Pick<EmulatedCloud['voice'], 'routeForNumber' | 'routeForHost' | 'connector' | 'owns'>;
    functions: Pick<EmulatedCloud['functions'], 'find' | 'invoke' | 'isCrowded'>;
  } = {
    voice: {
      owns: (number) => number in applications,
      connector: (arn) => (arn === CONNECTOR ? originations : undefined),
      routeForHost: (host) => (host === CONNECTOR_HOST ? routeTo('second') : undefined),
      routeForNumber(number) {
        const functionArn = applications[number];
        return functionArn === undefined ? undefined : routeTo(functionArn);
      },
    },
    functions: {
      find: () => undefined,
      isCrowded: () => false,
      async invoke(arn, payload) {
        const event = JSON.parse(payload) as InvocationEvent;
        events.push(event);
        const response: FunctionResponse = { SchemaVersion: '1.0', Actions: functions[arn]?.(event) ?? [] };
        const answered = { payload: JSON.stringify(response) };
        return answered as Awaited<ReturnType<EmulatedCloud['functions']['invoke']>>;
      },
    },
  };
  return cloud as unknown as EmulatedCloud;
}

async function start(how: { routes?: string[] } = {}): Promise<void> {
  callServer = await startCallServer({
    address: '127.0.0.1',
    sipPort: 0,
    cloud: pretendCloud(),
    activity: new Activity(),
    report: new CallReport(silentLog, systemClock),
    liveCalls,
    region: 'us-east-1',
    recordingsFolder: path.join(folder, 'recordings'),
    routes: (how.routes ?? []).flatMap((route) => parseRoute(route) ?? []),
    log: silentLog,
  });
}

beforeEach(() => {
  events = [];
  functions = {};
  folder = mkdtempSync(path.join(tmpdir(), 'bridges-'));
  liveCalls = new LiveCalls(openJournal(path.join(folder, 'calls.journal')), systemClock);
});

async function stop(): Promise<void> {
  await callServer.sip.close(0);
  await Promise.all([callServer.media.close(), callServer.speech.close()]);
}

afterEach(async () => {
  await stop();
  liveCalls.close();
  rmSync(folder, { recursive: true, force: true });
});

const dial = () => Telephone.dial({ server: callServer.sip, to: NUMBER, from: CALLER });
const types = () => events.map(({ InvocationEventType }) => InvocationEventType);
const first = (...actions: Action[]) => {
  functions.first = ({ InvocationEventType }) => (InvocationEventType === 'NEW_INBOUND_CALL' ? actions : []);
};

describe('a caller and whom the application calls for it', () => {
  it('T-045, T-098, T-102 caller and callee hear each other until one hangs up', async () => {
    await start();
    first(bridgeTo(FRIEND, { SipHeaders: { 'x-floor': '3' } }));
    const friend = await CalledTelephone.register({ server: callServer.sip, number: FRIEND });
    const caller = await dial();
    await friend.called();
    expect(friend.header('From')).toContain(NUMBER);
    expect(friend.header('x-floor')).toBe('3');
    friend.ring();
    expect(caller.statuses).not.toContain(200);
    await friend.answer();
    await caller.answered();
    caller.line.sayTone(CALLER_HZ);
    friend.line.sayTone(FRIEND_HZ);
    await waitForTone(friend, CALLER_HZ);
    await waitForTone(caller, FRIEND_HZ);
    expect([hears(caller, CALLER_HZ), hears(friend, FRIEND_HZ)]).toEqual([false, false]);
    await eventually('the success', () => types().includes('ACTION_SUCCESSFUL'));
    expect(events.at(-1)?.CallDetails.Participants).toMatchObject([
      { ParticipantTag: 'LEG-A', Status: 'Connected' },
      { ParticipantTag: 'LEG-B', To: FRIEND, From: NUMBER, Direction: 'Outbound', Status: 'Connected' },
    ]);
    await friend.hangUp();
    await eventually('HANGUP of LEG-B', () => types().includes('HANGUP'));
    expect(caller.ended).toBe(false);
    expect(callServer.host.size).toBe(1);
    await caller.hangUp();
    await eventually('no call left', () => callServer.host.size === 0);
  });

  it('T-099 nobody is connected when nobody answers in time', async () => {
    await start();
    first(bridgeTo(FRIEND, { CallTimeoutSeconds: 1 }));
    const friend = await CalledTelephone.register({ server: callServer.sip, number: FRIEND });
    const caller = await dial();
    await friend.called();
    friend.ring();
    await eventually('the failure', () => types().includes('ACTION_FAILED'));
    expect(events.at(-1)?.ActionData).toMatchObject({ ErrorType: 'CallNotAnswered' });
    await friend.until('CANCEL', () => friend.cancelled);
    await caller.cancel();
    friend.close();
    caller.close();
  });

  it('The caller hears early words, and is heard after the answer', async () => {
    await start();
    first({ Type: 'Pause', Parameters: { DurationInMilliseconds: 100 } }, ANSWERED, bridgeTo(FRIEND));
    const friend = await CalledTelephone.register({ server: callServer.sip, number: FRIEND });
    const caller = await dial();
    await caller.answered();
    caller.line.sayTone(CALLER_HZ);
    await friend.called();
    friend.ring();
    await waitForTone(caller, RINGING_HZ);
    friend.line.sayTone(FRIEND_HZ);
    friend.early();
    await waitForTone(caller, FRIEND_HZ);
    expect([hears(caller, RINGING_HZ), hears(friend, CALLER_HZ)]).toEqual([false, false]);
    await friend.answer();
    await waitForTone(friend, CALLER_HZ);
    await caller.hangUp();
    friend.close();
  });

  it('The called number may lead to a given SIP address', async () => {
    await start();
    const server = { host: callServer.sip.host, port: callServer.sip.port };
    const friend = await CalledTelephone.register({ server, number: FRIEND });
    await stop();
    await start({ routes: [`+1206=sip:${friend.address.host}:${friend.address.port}`] });
    server.port = callServer.sip.port;
    first(bridgeTo('+12065550123'));
    const caller = await dial();
    await friend.called();
    expect(friend.invite).toMatch(/^INVITE sip:\+12065550123@/);
    await friend.answer();
    await caller.answered();
    await caller.hangUp();
    friend.close();
  });
});

describe('a Voice Connector', () => {
  const throughConnector = (Uri: string, Arn = CONNECTOR): Action => ({
    Type: 'CallAndBridge',
    Parameters: {
      CallerIdNumber: NUMBER,
      Endpoints: [{ BridgeEndpointType: 'AWS', Uri, Arn }],
      SipHeaders: { 'x-floor': '3' },
    },
  });

  it('T-109 a connector is called at its origination route, headers included', async () => {
    await start();
    const friend = await CalledTelephone.register({ server: callServer.sip, number: FRIEND });
    const { host, port } = friend.address;
    originations = [{ connectorId: 'abcdefghij0123456789ab', host, port, transport: 'udp' }];
    first(throughConnector('desk-7'));
    const caller = await dial();
    await friend.called();
    expect(friend.invite).toMatch(new RegExp(`^INVITE sip:desk-7@${host}:${port} `));
    expect(friend.header('x-floor')).toBe('3');
    expect(friend.header('X-VoiceConnector-ID')).toBe('abcdefghij0123456789ab');
    await friend.answer();
    await caller.answered();
    await eventually('the success', () => types().includes('ACTION_SUCCESSFUL'));
    expect(events.at(-1)?.CallDetails.Participants[1]).toMatchObject({ To: 'desk-7', From: NUMBER });
    await caller.hangUp();
    friend.close();
  });

  it.each([
    ['that does not exist', `${CONNECTOR}x`, 'InvalidActionParameter', 'Endpoint parameter is invalid.'],
    ['that leads to another network', CONNECTOR, 'CallNotAnswered', 'Call not answered'],
  ])('%s is not called, and the function hears why', async (_what, arn, ErrorType, ErrorMessage) => {
    await start();
    originations = [{ connectorId: 'vc', host: 'sbc.example.com', port: 5060, transport: 'udp' }];
    first(throughConnector('desk-7', arn));
    const caller = await dial();
    await eventually('the failure', () => types().includes('ACTION_FAILED'));
    expect(events.at(-1)?.ActionData).toMatchObject({ ErrorType, ErrorMessage });
    await caller.cancel();
    caller.close();
  });

  it("T-005 a call for a connector's host name reaches its rule's application", async () => {
    await start();
    functions.second = () => [{ Type: 'Hangup', Parameters: { SipResponseCode: 486 } }];
    const caller = await Telephone.dial({
      server: callServer.sip,
      to: 'desk-7',
      from: CALLER,
      host: CONNECTOR_HOST,
    });
    await eventually('the event', () => types().includes('NEW_INBOUND_CALL'));
    expect(events[0]?.CallDetails).toMatchObject({
      SipMediaApplicationId: 'second',
      Participants: [{ To: 'desk-7', From: CALLER }],
    });
    await caller.until('a refusal', () => caller.statuses.includes(486));
    caller.close();
  });
});

describe('a caller id', () => {
  it("T-107 a caller id is a number of the account, or the caller's", async () => {
    await start();
    functions.first = ({ InvocationEventType }) =>
      InvocationEventType === 'NEW_INBOUND_CALL'
        ? [bridgeTo(FRIEND, { CallerIdNumber: '+12015550199' })]
        : InvocationEventType === 'ACTION_FAILED'
          ? [bridgeTo(FRIEND, { CallerIdNumber: CALLER })]
          : [];
    const friend = await CalledTelephone.register({ server: callServer.sip, number: FRIEND });
    const caller = await dial();
    await friend.called();
    expect(friend.header('From')).toContain(CALLER);
    expect(events.at(-1)?.ActionData).toMatchObject({ ErrorType: 'InvalidActionParameter' });
    await friend.answer();
    await caller.answered();
    await caller.hangUp();
    friend.close();
  });
});
