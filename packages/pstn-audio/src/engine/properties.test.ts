import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call } from './call.ts';
import type { CallInput } from './inputs.ts';
import type { CallOutput } from './outputs.ts';
import { CallDriver, deepFreeze, START_MS, type TestAction } from './testing/driver.ts';
import { PretendHost } from './testing/pretend-host.ts';
import { getDigits, hangup, join, pause, play, receiveDigits, speak } from './testing/situations.ts';
import { mayLead, step } from './transitions.ts';

const bridge = {
  Type: 'CallAndBridge',
  Parameters: {
    CallerIdNumber: '+12065550100',
    CallTimeoutSeconds: 5,
    Endpoints: [{ BridgeEndpointType: 'PSTN', Uri: '+12065550101' }],
    RingbackTone: { Type: 'S3', BucketName: 'b', Key: 'k' },
  },
};
const record = (parameters: Record<string, unknown>): TestAction => ({
  Type: 'RecordAudio',
  Parameters: { RecordingDestination: { Type: 'S3', BucketName: 'b' }, ...parameters },
});
const modify = {
  Type: 'ModifyChimeMeetingAttendees',
  Parameters: { Operation: 'Mute', MeetingId: 'meeting', AttendeeList: ['a'] },
};
const action = fc.constantFrom<TestAction>(
  play(),
  play('b.wav', { PlaybackTerminators: ['1', '#'], Repeat: 2 }),
  play('c.wav', { ParticipantTag: 'LEG-B' }),
  speak(),
  { Type: 'SendDigits', Parameters: { Digits: '1,2' } },
  pause(100),
  pause(5),
  getDigits({ MaxNumberOfDigits: 2, Repeat: 2 }),
  getDigits({ MaxNumberOfDigits: 1, ParticipantTag: 'LEG-B' }),
  receiveDigits({ InputDigitsRegex: '[0-5]' }),
  join,
  join,
  bridge,
  bridge,
  modify,
  hangup({ SipResponseCode: 486 }),
  hangup({ ParticipantTag: 'LEG-B' }),
  { Type: 'RecordAudio' },
  record({ RecordingTerminators: ['1'], DurationInSeconds: 1 }),
  record({ ParticipantTag: 'LEG-B' }),
  { Type: 'StartCallRecording', Parameters: { Track: 'BOTH', Destination: { Type: 'S3', Location: 'b' } } },
  { Type: 'StopCallRecording' },
  { Type: 'StartBotConversation', Parameters: { BotAliasArn: 'arn:aws:lex:r:1:bot-alias/B/A' } },
  { Type: 'VoiceFocus', Parameters: { Enable: true } },
  { Type: 'PauseCallRecording' },
  { Type: 'ResumeCallRecording' },
);
const answers = fc.array(fc.array(action, { maxLength: 4 }), { minLength: 1, maxLength: 6, size: 'max' });
// Without the bias towards small numbers, which would choose the same moves again and again.
const beginning = fc.constantFrom(1, 2, 'outbound' as const);
const choices = fc.array(fc.noBias(fc.nat()), { minLength: 20, maxLength: 160, size: 'max' });

describe('any reports, in any order, of a host that keeps its promises', () => {
  test('Events are numbered without gaps, and every leg ends with a HANGUP', () => {
    fc.assert(
      fc.property(answers, choices, beginning, (lists, moves, begins) => {
        const host = new PretendHost(lists, begins);
        for (const choice of moves) if (!host.ended) host.move(choice);
        host.finish();
        expectSequenceWithoutGaps(host.outputs);
        expectOneEnd(host);
        expectOneHangupForEachLeg(host);
        if (begins === 'outbound') expectNothingBeforeCallAnswered(host.outputs);
      }),
      { seed: 3, numRuns: 180 },
    );
  });
});

function expectSequenceWithoutGaps(outputs: readonly CallOutput[]): void {
  let last = 0;
  for (const output of outputs) {
    if (output.kind !== 'InvokeFunction') continue;
    const { sequence, event } = output;
    expect(event.Sequence).toBe(sequence);
    // A retry has the number of the first attempt.
    if (sequence !== last) expect(sequence).toBe(last + 1);
    last = sequence;
  }
}

/** In a call that the application makes, no actions run before CALL_ANSWERED is sent. */
function expectNothingBeforeCallAnswered(outputs: readonly CallOutput[]): void {
  const allowed = ['InvokeFunction', 'PlaceCall', 'HangUpLeg', 'LogMessage', 'WakeAt', 'CallEnded'];
  for (const output of outputs) {
    if (output.kind === 'InvokeFunction' && output.event.InvocationEventType === 'CALL_ANSWERED') return;
    expect(allowed).toContain(output.kind);
  }
}

function expectOneEnd({ outputs, alarm }: PretendHost): void {
  expect(outputs.filter(({ kind }) => kind === 'CallEnded')).toHaveLength(1);
  expect(outputs.at(-1)?.kind).toBe('CallEnded');
  expect(alarm).toBeNull();
}

/** Each leg has exactly one HANGUP, or for a meeting leg ACTION_SUCCESSFUL of a Hangup; legs never listed have none. */
function expectOneHangupForEachLeg(host: PretendHost): void {
  const reported = new Map<string, Set<number>>();
  const listed = new Set<string>();
  const hungUpSilently = new Set<string>();
  for (const output of host.outputs) {
    if (output.kind !== 'InvokeFunction') continue;
    const { event } = output;
    for (const { CallId } of event.CallDetails.Participants) listed.add(CallId);
    const { CallId } = (event.ActionData?.Parameters ?? {}) as { CallId?: string };
    const legId = String(CallId);
    if (event.InvocationEventType === 'HANGUP') {
      reported.set(legId, (reported.get(legId) ?? new Set()).add(event.Sequence));
      for (const leg of event.CallDetails.Participants) expect(leg.Status).toBeDefined();
    } else if (event.ActionData?.Type === 'Hangup' && legId.startsWith('meeting-leg')) {
      hungUpSilently.add(legId);
    }
  }
  for (const legId of listed) {
    const times = reported.get(legId)?.size ?? 0;
    if (times === 0 && legId.startsWith('meeting-leg')) expect(host.outputs).toSatisfy(mayBeSilent(legId));
    else expect([legId, times]).toEqual([legId, 1]);
    if (hungUpSilently.has(legId)) expect(times).toBe(0);
  }
  for (const legId of host.strays) expect(listed.has(legId)).toBe(false);
}

/** Only a meeting leg ended by a Hangup (or by the end of the call while that was reported) may have no HANGUP. */
function mayBeSilent(legId: string): (outputs: readonly CallOutput[]) => boolean {
  return (outputs) => outputs.some((output) => output.kind === 'LeaveMeeting' && output.legId === legId);
}

describe('any reports, including impossible ones', () => {
  const legId = fc.constantFrom('leg-a', 'leg-b', 'leg-c');
  const playId = fc.constantFrom('play-1', 'play-2', 'play-3', 'play-4');
  const errorType = fc.constant('SystemException' as const);
  const message = fc.constant('m');
  const payload = fc.oneof(
    fc.array(action, { maxLength: 12 }).map((Actions) => JSON.stringify({ SchemaVersion: '1.0', Actions })),
    fc.json({ maxDepth: 4 }),
    fc
      .json({ maxDepth: 4 })
      .map((json) => `{"SchemaVersion":"1.0","Actions":[{"Type":"Speak","Parameters":${json}}]}`),
    fc
      .tuple(
        fc.constantFrom('Pause', 'PlayAudio', 'Hangup', 'JoinChimeMeeting', 'ReceiveDigits'),
        fc.object(),
      )
      .map(([Type, Parameters]) => JSON.stringify({ SchemaVersion: '1.0', Actions: [{ Type, Parameters }] })),
    fc.string(),
  );
  const sequence = fc.integer({ min: 1, max: 8 });
  const input: fc.Arbitrary<CallInput> = fc.oneof(
    fc.record({ kind: fc.constant('LegRinging' as const), legId }),
    fc.record({ kind: fc.constant('EarlyMedia' as const), legId }),
    fc.record({ kind: fc.constant('LegAnswered' as const), legId }),
    fc.record({ kind: fc.constant('LegEnded' as const), legId, sipResponseCode: fc.constantFrom(0, 486) }),
    fc.record({
      kind: fc.constant('DigitPressed' as const),
      legId,
      digit: fc.constantFrom('1', '*', '#', '?'),
    }),
    fc.record({ kind: fc.constant('PlaybackFinished' as const), legId, playId }),
    fc.record({ kind: fc.constant('PlaybackFailed' as const), legId, playId, errorType, message }),
    fc.record({
      kind: fc.constant('MeetingJoined' as const),
      legId,
      joinedFrom: legId,
      meetingId: fc.constant('meeting'),
      attendeeId: fc.constant('a'),
    }),
    fc.record({ kind: fc.constant('MeetingJoinFailed' as const), joinedFrom: legId, errorType, message }),
    fc.record({ kind: fc.constant('LegDialled' as const), legId, dialledFrom: legId }),
    fc.record({ kind: fc.constant('DialFailed' as const), dialledFrom: legId, errorType, message }),
    fc.record({ kind: fc.constant('AttendeesModified' as const), requestId: playId }),
    fc.record({ kind: fc.constant('FunctionResponded' as const), sequence, payload }),
    fc.record({
      kind: fc.constant('FunctionFailed' as const),
      sequence,
      reason: fc.constantFrom('timeout', 'error', 'throttled', 'accessDenied', 'unavailable'),
      message,
    }),
    fc.constant<CallInput>({ kind: 'UpdateRequested', arguments: {} }),
    fc.constant<CallInput>({ kind: 'TimeReached' }),
  );

  test('A step never throws and never changes the given call', () => {
    const inputs = fc.array(fc.tuple(input, fc.nat(20_000)), { maxLength: 60 });
    fc.assert(
      fc.property(inputs, fc.boolean(), (events, outbound) => {
        const driver = new CallDriver();
        if (outbound) driver.place();
        else driver.arrive();
        let call: Call = driver.call;
        let now = START_MS;
        for (const [event, ms] of events) {
          now += ms;
          const copy = JSON.parse(JSON.stringify(call)) as Call;
          expect(copy).toEqual(call);
          const after = step(deepFreeze(call), deepFreeze(event), now);
          expect(step(copy, event, now)).toEqual(after);
          expect(mayLead(call.state, event.kind, after.call.state)).toBe(true);
          if (call.state === 'ended') expect(after.outputs).toEqual([]);
          call = after.call;
        }
      }),
      { seed: 4, numRuns: 400 },
    );
  });
});

test('An input that cannot happen changes nothing and is logged', () => {
  const driver = new CallDriver();
  driver.arrive();
  const before = driver.call;
  expect(driver.press('1')).toEqual([
    {
      kind: 'LogMessage',
      level: 'warn',
      text: 'Ignored DigitPressed: it cannot happen to a call that is ringing.',
    },
  ]);
  expect(driver.call).toEqual(before);
});

test('A call begins with LegArrived or OutboundCallRequested', () => {
  expect(() => step(undefined, { kind: 'TimeReached' }, START_MS)).toThrow(TypeError);
});
