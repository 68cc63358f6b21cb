import type { Action } from 'pstn-audio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tone, writeWav } from '#audio';
import { parseRoute } from '#options';
import { CalledTelephone, eventually, hears, Telephone, waitForTone, waitForToneToEnd } from '#testkit';
import type { EmulatedCloud } from './emulated-cloud.ts';
import { bridgeTo, bucketOf, CALLER, CallWorld, NUMBER, onArrival, routeTo } from './testing/call-world.ts';

const FRIEND = '+15557770002';
const CALLER_HZ = 400;
const FRIEND_HZ = 700;
/** The lower tone of the ringing signal. */
const RINGING_HZ = 440;
/** An action that answers the caller and ends at once. */
const ANSWERED: Action = {
  Type: 'ReceiveDigits',
  Parameters: {
    InputDigitsRegex: '^1$',
    InBetweenDigitsDurationInMilliseconds: 1000,
    FlushDigitsDurationInMilliseconds: 5000,
  },
};

/** A Voice Connector, its host and its routes. */
const CONNECTOR = 'arn:aws:chime:us-east-1:000000000000:vc/abcdefghij0123456789ab';
const CONNECTOR_HOST = 'abcdefghij0123456789ab.voiceconnector.chime.aws';
let originations: ReturnType<EmulatedCloud['voice']['connector']>;
const originationRoute = (host: string, port: number, rank = 1) => {
  const connectorId = 'abcdefghij0123456789ab';
  return { connectorId, host, port, transport: 'udp' as const, rank, weight: 1 };
};

let world: CallWorld;
const start = (routes: string[] = []): Promise<void> =>
  world.start(
    {
      voice: {
        connector: (arn) => (arn === CONNECTOR ? originations : undefined),
        routeForHost: (host) => (host === CONNECTOR_HOST ? routeTo('second') : undefined),
      },
    },
    { routes: routes.flatMap((route) => parseRoute(route) ?? []) },
  );

beforeEach(() => {
  world = new CallWorld();
});
afterEach(() => world.close());

const types = () => world.events.map(({ InvocationEventType }) => InvocationEventType);
const first = (...actions: Action[]): void => {
  world.functions.first = onArrival(...actions);
};

describe('a caller and the party that the application calls', () => {
  it('T-045, T-098, T-102 Caller and callee hear each other until one hangs up', async () => {
    await start();
    first(bridgeTo(FRIEND, { SipHeaders: { 'x-floor': '3' } }));
    const friend = await CalledTelephone.register({ server: world.server.sip, number: FRIEND });
    const caller = await world.dial();
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
    expect(world.events.at(-1)?.CallDetails.Participants).toMatchObject([
      { ParticipantTag: 'LEG-A', Status: 'Connected' },
      { ParticipantTag: 'LEG-B', To: FRIEND, From: NUMBER, Direction: 'Outbound', Status: 'Connected' },
    ]);
    await friend.hangUp();
    await eventually('HANGUP of LEG-B', () => types().includes('HANGUP'));
    expect(caller.ended).toBe(false);
    expect(world.server.host.size).toBe(1);
    await caller.hangUp();
    await eventually('no call left', () => world.server.host.size === 0);
  });

  it('T-099 Nobody is connected if nobody answers in time', async () => {
    await start();
    first(bridgeTo(FRIEND, { CallTimeoutSeconds: 1 }));
    const friend = await CalledTelephone.register({ server: world.server.sip, number: FRIEND });
    const caller = await world.dial();
    await friend.called();
    friend.ring();
    await eventually('the failure', () => types().includes('ACTION_FAILED'));
    expect(world.events.at(-1)?.ActionData).toMatchObject({ ErrorType: 'CallNotAnswered' });
    await friend.until('CANCEL', () => friend.cancelled);
    await caller.cancel();
    friend.close();
    caller.close();
  });

  it('The caller hears early media, and is heard after the answer', async () => {
    await start();
    first({ Type: 'Pause', Parameters: { DurationInMilliseconds: 100 } }, ANSWERED, bridgeTo(FRIEND));
    const friend = await CalledTelephone.register({ server: world.server.sip, number: FRIEND });
    const caller = await world.dial();
    await caller.answered();
    caller.line.sayTone(CALLER_HZ);
    await friend.called();
    friend.ring();
    await waitForTone(caller, RINGING_HZ);
    friend.line.sayTone(FRIEND_HZ);
    friend.early();
    await waitForTone(caller, FRIEND_HZ);
    await waitForToneToEnd(caller, RINGING_HZ);
    expect(hears(friend, CALLER_HZ)).toBe(false);
    await friend.answer();
    await waitForTone(friend, CALLER_HZ);
    await caller.hangUp();
    friend.close();
  });

  it('T-148 A caller who has not been answered hears early media by 183', async () => {
    await start();
    first(bridgeTo(FRIEND));
    const friend = await CalledTelephone.register({ server: world.server.sip, number: FRIEND });
    const caller = await world.dial();
    await friend.called();
    friend.line.sayTone(FRIEND_HZ);
    friend.early();
    await waitForTone(caller, FRIEND_HZ);
    expect(caller.statuses).toContain(183);
    expect(caller.statuses).not.toContain(200);
    await friend.answer();
    await caller.answered();
    caller.line.sayTone(CALLER_HZ);
    await waitForTone(friend, CALLER_HZ);
    await waitForTone(caller, FRIEND_HZ);
    await caller.hangUp();
    friend.close();
  });

  it('T-147 A caller who has not been answered hears the RingbackTone', async () => {
    await world.start({ s3: bucketOf(writeWav({ sampleRate: 8000, samples: tone(500, 8000, 8000) })) });
    const RingbackTone = { Type: 'S3', BucketName: 'prompts', Key: 'ringback.wav' };
    first(bridgeTo(FRIEND, { RingbackTone }));
    const friend = await CalledTelephone.register({ server: world.server.sip, number: FRIEND });
    const caller = await world.dial();
    await friend.called();
    friend.ring();
    await waitForTone(caller, 500);
    expect(caller.statuses).not.toContain(200);
    await friend.answer();
    friend.line.sayTone(FRIEND_HZ);
    await waitForTone(caller, FRIEND_HZ);
    await waitForToneToEnd(caller, 500);
    await caller.hangUp();
    friend.close();
  });

  it('A called number may be routed to a given SIP address', async () => {
    await start();
    const server = { host: world.server.sip.host, port: world.server.sip.port };
    const friend = await CalledTelephone.register({ server, number: FRIEND });
    await world.stop();
    await start([`+1206=sip:${friend.address.host}:${friend.address.port}`]);
    server.port = world.server.sip.port;
    first(bridgeTo('+12065550123'));
    const caller = await world.dial();
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

  it('T-109 A connector is called at its origination route, headers included', async () => {
    await start();
    const friend = await CalledTelephone.register({ server: world.server.sip, number: FRIEND });
    const { host, port } = friend.address;
    originations = [originationRoute(host, port)];
    first(throughConnector('desk-7'));
    const caller = await world.dial();
    await friend.called();
    expect(friend.invite).toMatch(new RegExp(`^INVITE sip:desk-7@${host}:${port} `));
    expect(friend.header('x-floor')).toBe('3');
    expect(friend.header('X-VoiceConnector-ID')).toBe('abcdefghij0123456789ab');
    await friend.answer();
    await caller.answered();
    await eventually('the success', () => types().includes('ACTION_SUCCESSFUL'));
    expect(world.events.at(-1)?.CallDetails.Participants[1]).toMatchObject({ To: 'desk-7', From: NUMBER });
    await caller.hangUp();
    friend.close();
  });

  it('T-149 A connector whose first route fails is reached by its second', async () => {
    await start();
    const register = (number: string) => CalledTelephone.register({ server: world.server.sip, number });
    const [first1, second] = await Promise.all([register(FRIEND), register('+15557770003')]);
    originations = [first1, second].map(({ address }, index) =>
      originationRoute(address.host, address.port, index + 1),
    );
    first(throughConnector('desk-7'));
    const caller = await world.dial();
    await first1.called();
    first1.refuse('503 Service Unavailable');
    await second.called();
    await second.answer();
    second.line.sayTone(FRIEND_HZ);
    await caller.answered();
    await waitForTone(caller, FRIEND_HZ);
    expect(types()).not.toContain('ACTION_FAILED');
    await caller.hangUp();
    for (const telephone of [first1, second]) telephone.close();
  });

  it.each([
    ['that does not exist', `${CONNECTOR}x`, 'InvalidActionParameter', 'Endpoint parameter is invalid.'],
    ['that leads to another network', CONNECTOR, 'CallNotAnswered', 'Call not answered'],
  ])('%s is not called, and the function is told why', async (_what, arn, ErrorType, ErrorMessage) => {
    await start();
    originations = [originationRoute('sbc.example.com', 5060)];
    first(throughConnector('desk-7', arn));
    const caller = await world.dial();
    await eventually('the failure', () => types().includes('ACTION_FAILED'));
    expect(world.events.at(-1)?.ActionData).toMatchObject({ ErrorType, ErrorMessage });
    await caller.cancel();
    caller.close();
  });

  it("T-005 A call to a connector's host name reaches its rule's application", async () => {
    await start();
    world.functions.second = () => [{ Type: 'Hangup', Parameters: { SipResponseCode: 486 } }];
    const caller = await Telephone.dial({
      server: world.server.sip,
      to: 'desk-7',
      from: CALLER,
      host: CONNECTOR_HOST,
    });
    await eventually('the event', () => types().includes('NEW_INBOUND_CALL'));
    expect(world.events[0]?.CallDetails).toMatchObject({
      SipMediaApplicationId: 'second',
      Participants: [{ To: 'desk-7', From: CALLER }],
    });
    await caller.until('a refusal', () => caller.statuses.includes(486));
    caller.close();
  });
});

describe('a caller id', () => {
  it("T-107 A caller id must be the account's or the caller's own", async () => {
    await start();
    world.functions.first = ({ InvocationEventType }) =>
      InvocationEventType === 'NEW_INBOUND_CALL'
        ? [bridgeTo(FRIEND, { CallerIdNumber: '+12015550199' })]
        : InvocationEventType === 'ACTION_FAILED'
          ? [bridgeTo(FRIEND, { CallerIdNumber: CALLER })]
          : [];
    const friend = await CalledTelephone.register({ server: world.server.sip, number: FRIEND });
    const caller = await world.dial();
    await friend.called();
    expect(friend.header('From')).toContain(CALLER);
    expect(world.events.at(-1)?.ActionData).toMatchObject({ ErrorType: 'InvalidActionParameter' });
    await friend.answer();
    await caller.answered();
    await caller.hangUp();
    friend.close();
  });
});
