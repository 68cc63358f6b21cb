import { describe, expect, it } from 'vitest';
import type { Action, FunctionResponse, InvocationEvent } from '../documents.ts';
import { readRecord } from '../record/index.ts';
import { CallExpectationError } from './expectation.ts';
import type { TestMeetings } from './meetings.ts';
import { sma } from './sip-media-application.ts';
import type { VirtualCall } from './virtual-call.ts';

const answer = (...Actions: Action[]): FunctionResponse => ({ SchemaVersion: '1.0', Actions });
/** A function that answers each type of event with the same actions. */
const handler =
  (actions: Partial<Record<InvocationEvent['InvocationEventType'], Action[]>>) =>
  ({ InvocationEventType }: InvocationEvent) =>
    answer(...(actions[InvocationEventType] ?? []));
const bridge: Action = {
  Type: 'CallAndBridge',
  Parameters: {
    CallerIdNumber: '+12065550199',
    Endpoints: [{ BridgeEndpointType: 'PSTN', Uri: '+12065550101' }],
  },
};
const types = (call: VirtualCall) => call.events.map(({ InvocationEventType }) => InvocationEventType);

describe('a virtual call', () => {
  it('A virtual call is bridged when the called party answers', async () => {
    const call = await sma(handler({ NEW_INBOUND_CALL: [bridge], HANGUP: [{ Type: 'Hangup' }] })).dial();
    expect(call.state).toBe('ringing');
    await call.ringing();
    await call.answered();
    expect(call.state).toBe('connected');
    await call.hangUp('LEG-B');
    expect(types(call)).toEqual(['NEW_INBOUND_CALL', 'ACTION_SUCCESSFUL', 'HANGUP', 'HANGUP']);
    expect([call.state, call.problems]).toEqual(['ended', []]);
  });

  it('The bridged party stays when the caller leaves, and can hang up', async () => {
    const call = await sma(handler({ NEW_INBOUND_CALL: [bridge] })).dial();
    await call.answered();
    await call.hangUp();
    expect([call.state, call.ended?.by]).toEqual(['connected', 'caller']);
    await call.hangUp('LEG-B');
    await call.hangUp('LEG-B');
    expect(types(call)).toEqual(['NEW_INBOUND_CALL', 'ACTION_SUCCESSFUL', 'HANGUP', 'HANGUP']);
    expect(call.state).toBe('ended');
  });

  it('At the end everybody hangs up, on each call and both legs', async () => {
    const music: Action = { Type: 'Speak', Parameters: { Text: 'Please hold the line.' } };
    const app = sma(({ InvocationEventType, CallDetails }) => {
      if (InvocationEventType === 'HANGUP') return answer();
      const isBridged = CallDetails.Participants[0]?.From === '+1a';
      if (!isBridged) return answer(music);
      return InvocationEventType === 'NEW_INBOUND_CALL' ? answer(bridge) : answer();
    });
    const [bridged, held] = [await app.dial({ from: '+1a' }), await app.dial({ from: '+1b' })];
    await bridged.answered();
    await app.finish();
    expect([bridged.state, held.state]).toEqual(['ended', 'ended']);
    expect(held.ended).toEqual({ by: 'caller', why: 'hung up', at: 0 });
  });

  it('Recordings of a virtual call end with silence or a hang-up', async () => {
    const record: Action = {
      Type: 'RecordAudio',
      Parameters: { RecordingDestination: { Type: 'S3', BucketName: 'b' }, SilenceDurationInSeconds: 2 },
    };
    const call = await sma(handler({ NEW_INBOUND_CALL: [record], ACTION_SUCCESSFUL: [record] })).dial();
    await call.fallSilent();
    expect(call.recorded).toHaveLength(1);
    await call.hangUp();
    expect(types(call)).toEqual(['NEW_INBOUND_CALL', 'ACTION_SUCCESSFUL', 'ACTION_SUCCESSFUL', 'HANGUP']);
    expect(call.recorded).toHaveLength(2);
  });

  it('A bridge fails when the called party is busy or silent', async () => {
    const call = await sma(handler({ NEW_INBOUND_CALL: [bridge], ACTION_FAILED: [bridge] })).dial();
    await call.refused(486);
    await call.pass(30_000);
    expect(types(call)).toEqual(['NEW_INBOUND_CALL', 'ACTION_FAILED', 'ACTION_FAILED']);
  });

  it('A call made by the application ends if its handler throws twice', async () => {
    const call = await sma((event) => {
      if (event.InvocationEventType === 'CALL_UPDATE_REQUESTED') throw new Error('out of order');
      return answer();
    }).call({ arguments: { order: '7' } });
    expect(call.events[0]?.ActionData).toMatchObject({ Parameters: { Arguments: { order: '7' } } });
    await call.answered();
    await call.update({ a: '1' });
    expect(call.state).toBe('ended');
    expect(call.hangUps).toEqual([480]);
    expect(call.ended).toEqual({ by: 'service', why: 'The AWS Lambda function returned an error.', at: 0 });
    expect(call.log).toContain('The handler threw: out of order');
  });

  it('An answer that is no JSON counts as one failed invocation', async () => {
    const call = await sma(() => ({
      ...answer(),
      TransactionAttributes: { count: 1n as unknown as string },
    })).dial();
    expect(call.ended?.by).toBe('service');
    expect(call.responses).toEqual(call.events.map(() => undefined));
    expect(call.transcript).not.toContain('function-under-test');
  });

  it('A call that nobody answers is ended by the service', async () => {
    const call = await sma(handler({})).call();
    expect(await call.ends()).toEqual({ by: 'service', why: 'The called party did not answer.', at: 60_000 });
  });

  it('A virtual call lists the problems that the service would find', async () => {
    const pause: Action = { Type: 'Pause', Parameters: { DurationInMilliseconds: 5 } };
    const call = await sma(handler({ NEW_INBOUND_CALL: [pause] })).dial();
    expect(call.problems).toMatchObject([{ consequence: 'ACTION_FAILED', value: 5 }]);
    expect(types(call)).toEqual(['NEW_INBOUND_CALL', 'ACTION_FAILED']);
  });

  it('A virtual call joins a meeting, presses keys and hears the answer', async () => {
    const join: Action = { Type: 'JoinChimeMeeting', Parameters: { JoinToken: 't', MeetingId: 'm' } };
    const keys = { InBetweenDigitsDurationInMilliseconds: 500, FlushDigitsDurationInMilliseconds: 5000 };
    const listen: Action = { Type: 'ReceiveDigits', Parameters: { InputDigitsRegex: '^1$', ...keys } };
    const say: Action = { Type: 'Speak', Parameters: { Text: 'One' } };
    const app = sma(handler({ NEW_INBOUND_CALL: [listen, join], DIGITS_RECEIVED: [say] }));
    const call = await app.dial();
    expect(await call.joins()).toMatchObject({ meetingId: 'm', attendeeId: 'attendee-of-t' });
    await call.press('1');
    await call.hears('One');
    expect([call.now, call.playing()]).toEqual([500, { text: 'One' }]);
    await call.quiet();
    expect([call.playing(), call.heard('LEG-B')]).toEqual([undefined, []]);
    await call.hangUp();
    expect(call.ended).toEqual({ by: 'caller', why: 'hung up', at: 695 });
  });

  it('One virtual call mutes another in the same meeting', async () => {
    const app = sma(({ InvocationEventType, CallDetails }) => {
      const JoinToken = CallDetails.Participants[0]?.From ?? '';
      const AttendeeList = ['attendee-of-+1b'];
      if (InvocationEventType === 'NEW_INBOUND_CALL') {
        return answer({ Type: 'JoinChimeMeeting', Parameters: { JoinToken, MeetingId: 'm' } });
      }
      if (InvocationEventType !== 'CALL_UPDATE_REQUESTED') return answer();
      return answer({
        Type: 'ModifyChimeMeetingAttendees',
        Parameters: { Operation: 'Mute', MeetingId: 'm', AttendeeList },
      });
    });
    const [a, b] = [await app.dial({ from: '+1a' }), await app.dial({ from: '+1b' })];
    await a.update();
    expect([a.attendee?.muted, b.attendee?.muted, app.attendees.length]).toEqual([false, true, 2]);
  });
});

describe('a meeting that reports deleted attendees', () => {
  it('A meeting refuses unknown tokens and releases deleted attendees', async () => {
    let remove = (_meetingId: string, _attendeeId: string): void => {};
    const meetings: TestMeetings = {
      redeem: (token) => (token === 'good' ? { meetingId: 'm', attendeeId: 'a' } : undefined),
      observe: (removed) => {
        remove = removed;
      },
    };
    const join = (JoinToken: string): Action => ({
      Type: 'JoinChimeMeeting',
      Parameters: { JoinToken, MeetingId: 'm' },
    });
    const handling = handler({ NEW_INBOUND_CALL: [join('bad')], ACTION_FAILED: [join('good')] });
    const call = await sma(handling, { meetings }).dial();
    expect(types(call)).toEqual(['NEW_INBOUND_CALL', 'ACTION_FAILED', 'ACTION_SUCCESSFUL']);
    remove('m', 'a');
    await call.pass(0);
    expect([types(call).at(-1), call.attendee?.joined]).toEqual(['HANGUP', false]);
  });
});

describe('an expectation', () => {
  const welcome: Action = {
    Type: 'PlayAudio',
    Parameters: { AudioSource: { Type: 'S3', BucketName: 'b', Key: 'prompts/welcome.wav' } },
  };
  const greeting = handler({ NEW_INBOUND_CALL: [welcome, { Type: 'Speak', Parameters: { Text: 'Hello' } }] });

  it('An expectation skips earlier sounds and never goes back', async () => {
    const call = await sma(greeting).dial();
    await call.hears('welcome.wav');
    await call.hears(/^Hel/);
    expect(call.now).toBe(1000);
    await expect(call.hears('welcome.wav')).rejects.toThrow(
      'should hear welcome.wav, but hears nothing within 60 s',
    );
  });

  it('A pattern with the flag g can be used again', async () => {
    const pattern = /welcome/g;
    for (const app of [sma(greeting), sma(greeting)]) await (await app.dial()).hears(pattern, { within: 0 });
  });

  it.each<[string, (call: VirtualCall) => Promise<unknown>, string]>([
    [
      'no sound',
      (call) => call.hears(undefined as unknown as string),
      'words of a text, keys, or a pattern, not undefined',
    ],
    ['an empty sound', (call) => call.hears(''), 'not ""'],
    [
      'bare milliseconds',
      (call) => call.hears('a', 1000 as unknown as object),
      'hears waits { within: MILLISECONDS }, not 1000',
    ],
    [
      'no number',
      (call) => call.ends({ within: Number.NaN }),
      'ends waits { within: MILLISECONDS }, not { within: NaN }',
    ],
    [
      'no time',
      (call) => call.pass(undefined as unknown as number),
      'pass takes milliseconds, 0 or more, not undefined',
    ],
    ['a wrong key', (call) => call.press('12 3'), 'A telephone has no key " "'],
    ['a number as keys', (call) => call.press(1 as unknown as string), 'press takes keys as a text, not 1'],
  ])('A mistake of the test is no fault of the handler: %s', async (_, mistake, message) => {
    const call = await sma(greeting).dial();
    await expect(mistake(call)).rejects.toThrow(message);
    expect([call.now, call.playing()]).toEqual([0, { file: 'prompts/welcome.wav' }]);
  });

  it('An expectation that is not met shows the call with its times', async () => {
    const call = await sma(greeting, { latency: 120 }).dial();
    const error = await call.hears('goodbye.wav').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CallExpectationError);
    expect((error as CallExpectationError).transcript).toBe(
      [
        '    0.000  #1 NEW_INBOUND_CALL',
        '           → #1 PlayAudio prompts/welcome.wav · Speak “Hello”',
        '    0.120  is answered',
        '    0.120  hears prompts/welcome.wav',
        '    1.120  hears “Hello”',
        '    1.445  #2 ACTION_SUCCESSFUL Speak',
        '           → #2 no actions',
      ].join('\n'),
    );
  });

  it('An expectation fails at once when the call has ended', async () => {
    const call = await sma(handler({ NEW_INBOUND_CALL: [{ Type: 'Hangup' }] })).dial();
    await expect(call.hears('x')).rejects.toThrow('nothing: the call has ended');
    expect(await call.ends()).toEqual({ by: 'application', why: 'the action Hangup', at: 0 });
  });

  it('A virtual call cannot play a file that is missing', async () => {
    const call = await sma(greeting, { sounds: { 'other.wav': 1 } }).dial();
    expect(call.events.at(-1)).toMatchObject({
      InvocationEventType: 'ACTION_FAILED',
      ActionData: { ErrorType: 'InvalidAudioSource' },
    });
  });

  it('The virtual clock stands still while a handler works', async () => {
    let release = (): void => {};
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = async (event: InvocationEvent) => {
      await blocked;
      return greeting(event);
    };
    const dialling = sma(slow).dial();
    release();
    const call = await dialling;
    expect([call.now, call.playing()]).toEqual([0, { file: 'prompts/welcome.wav' }]);
  });

  it('Times are whole milliseconds even if a sound ends between two', async () => {
    const call = await sma(greeting, { sounds: () => 611.375, startsAt: 1_700_000_000_000.5 }).dial();
    await call.quiet();
    await call.hangUp();
    expect(readRecord(call.record).entries.map(({ at }) => at % 1)).not.toContain(0.375);
  });

  it('A virtual call ends when the function is too slow', async () => {
    const call = await sma(greeting, { latency: 25_000 }).dial();
    expect(await call.ends()).toEqual({
      by: 'service',
      why: 'AWS Lambda client operation timed out.',
      at: 20_000,
    });
  });
});
