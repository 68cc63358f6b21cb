import { describe, expect, it } from 'vitest';
import type { Action, FunctionResponse, InvocationEvent } from '../documents.ts';
import { VirtualCall } from './virtual-call.ts';

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
  it('is bridged when the called party answers', async () => {
    const call = new VirtualCall(handler({ NEW_INBOUND_CALL: [bridge], HANGUP: [{ Type: 'Hangup' }] }));
    await call.arrive();
    expect(call.state).toBe('ringing');
    await call.ringing();
    await call.answered();
    expect(call.state).toBe('connected');
    await call.hangUp('LEG-B');
    expect(types(call)).toEqual(['NEW_INBOUND_CALL', 'ACTION_SUCCESSFUL', 'HANGUP', 'HANGUP']);
    expect([call.state, call.problems]).toEqual(['ended', []]);
  });

  it('has recordings that end with silence, or with the caller', async () => {
    const record: Action = {
      Type: 'RecordAudio',
      Parameters: { RecordingDestination: { Type: 'S3', BucketName: 'b' }, SilenceDurationInSeconds: 2 },
    };
    const call = new VirtualCall(handler({ NEW_INBOUND_CALL: [record], ACTION_SUCCESSFUL: [record] }));
    await call.arrive();
    await call.fallSilent();
    expect(call.recorded).toHaveLength(1);
    await call.hangUp();
    expect(types(call)).toEqual(['NEW_INBOUND_CALL', 'ACTION_SUCCESSFUL', 'ACTION_SUCCESSFUL', 'HANGUP']);
    expect(call.recorded).toHaveLength(2);
  });

  it('is told that the called party is busy, or does not answer in time', async () => {
    const call = new VirtualCall(handler({ NEW_INBOUND_CALL: [bridge], ACTION_FAILED: [bridge] }));
    await call.arrive();
    await call.refused(486);
    await call.pass(30_000);
    expect(types(call)).toEqual(['NEW_INBOUND_CALL', 'ACTION_FAILED', 'ACTION_FAILED']);
  });

  it('is made by the application, changed, and ends when the handler throws twice', async () => {
    const call = new VirtualCall((event) => {
      if (event.InvocationEventType === 'CALL_UPDATE_REQUESTED') throw new Error('out of order');
      return answer();
    });
    await call.place({ order: '7' });
    expect(call.events[0]?.ActionData).toMatchObject({ Parameters: { Arguments: { order: '7' } } });
    await call.answered();
    await call.update({ a: '1' });
    expect(call.state).toBe('ended');
    expect(call.hangUps).toEqual([480]);
    expect(call.log).toContain('The handler threw: out of order');
  });

  it('tells what the service would object to', async () => {
    const call = new VirtualCall(
      handler({ NEW_INBOUND_CALL: [{ Type: 'Pause', Parameters: { DurationInMilliseconds: 5 } }] }),
    );
    await call.arrive();
    expect(call.problems).toMatchObject([{ consequence: 'ACTION_FAILED', value: 5 }]);
    expect(types(call)).toEqual(['NEW_INBOUND_CALL', 'ACTION_FAILED']);
  });

  it('joins meetings, hears what is played, and presses keys', async () => {
    const join: Action = { Type: 'JoinChimeMeeting', Parameters: { JoinToken: 't', MeetingId: 'm' } };
    const keys = { InBetweenDigitsDurationInMilliseconds: 500, FlushDigitsDurationInMilliseconds: 5000 };
    const listen: Action = { Type: 'ReceiveDigits', Parameters: { InputDigitsRegex: '^1$', ...keys } };
    const say: Action = { Type: 'Speak', Parameters: { Text: 'One' } };
    const call = new VirtualCall(handler({ NEW_INBOUND_CALL: [listen, join], DIGITS_RECEIVED: [say] }));
    await call.arrive();
    await call.press('1');
    await call.pass(500);
    expect(call.hears()).toEqual({ text: 'One' });
    expect(call.now).toBe(1_700_000_000_500);
    await call.playedOut();
    expect([call.hears(), call.heard('LEG-B')]).toEqual([undefined, []]);
  });
});
