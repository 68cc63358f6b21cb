import { expect, test } from 'vitest';
import { CallDriver } from '../testing/driver.ts';
import {
  getDigits,
  hangup,
  join,
  pause,
  play,
  receiveDigits,
  running,
  speak,
} from '../testing/situations.ts';

function answering(...actions: Parameters<typeof running>): CallDriver {
  const driver = new CallDriver();
  driver.arrive();
  driver.respond(actions);
  return driver;
}

test.each([
  play(),
  speak(),
  getDigits(),
  receiveDigits(),
  join,
])('T-041 $Type answers LEG-A, and sound waits for it', (action) => {
  const driver = answering(action);
  expect(driver.of('AnswerLeg')).toEqual([{ kind: 'AnswerLeg', legId: 'leg-a' }]);
  expect(driver.outputs.map(({ kind }) => kind)).not.toContain('PlayAudio');
  const begun = driver.answered();
  expect(begun.map(({ kind }) => kind)).not.toContain('AnswerLeg');
  expect(begun.length).toBeGreaterThan(0);
});

test('T-042 Hangup 486 refuses the call without a 200', () => {
  const driver = answering(hangup({ SipResponseCode: '486' }));
  expect(driver.of('HangUpLeg')).toEqual([{ kind: 'HangUpLeg', legId: 'leg-a', sipResponseCode: 486 }]);
  driver.ended('leg-a', 486);
  expect(driver.of('AnswerLeg')).toEqual([]);
  expect(driver.lastAction.Parameters).toStrictEqual({
    SipResponseCode: 486,
    CallId: 'leg-a',
    ParticipantTag: 'LEG-A',
  });
});

test.each([
  undefined,
  'busy',
  200,
  99999,
])('A Hangup with SipResponseCode %j is a normal one', (SipResponseCode) => {
  const driver = running(hangup({ SipResponseCode }));
  expect(driver.of('HangUpLeg')[0]?.sipResponseCode).toBe(0);
});

test('T-043 A Pause as first action does not answer the call', () => {
  const driver = answering(pause(1000), play());
  expect(driver.pass(999)).toEqual([]);
  expect(driver.pass(1)[0]).toEqual({ kind: 'AnswerLeg', legId: 'leg-a' });
});

test('T-044 An unanswered call ends after 30 s', () => {
  const driver = answering(pause(30_000), play());
  driver.pass(30_000);
  expect(driver.of('HangUpLeg')).toEqual([{ kind: 'HangUpLeg', legId: 'leg-a', sipResponseCode: 480 }]);
  expect(driver.of('AnswerLeg')).toEqual([]);
});

test('An update may supply the first actions (C-32)', () => {
  const driver = new CallDriver();
  driver.arrive();
  driver.respond();
  driver.pass(20_000);
  driver.update();
  driver.respond([play()]);
  driver.answered();
  driver.pass(60_000);
  expect(driver.of('PlayAudio')).toHaveLength(1);
  expect(driver.of('HangUpLeg')).toEqual([]);
});

test('T-046 A caller who gives up causes HANGUP with Disconnected', () => {
  const driver = new CallDriver();
  driver.arrive();
  driver.ended('leg-a', 487);
  driver.respond([play()]);
  expect(driver.lastAction.Parameters.SipResponseCode).toBe(487);
  expect(driver.lastEvent.CallDetails.Participants.map(({ Status }) => Status)).toEqual(['Disconnected']);
  expect(driver.of('AnswerLeg')).toEqual([]);
});

test('T-047 [PlayAudio, PlayAudioAndGetDigits]: one event, about the second action', () => {
  const driver = running(play(), getDigits({ MaxNumberOfDigits: 1 }));
  driver.played();
  driver.press('2');
  expect(driver.eventTypes.slice(1)).toEqual(['ACTION_SUCCESSFUL:PlayAudioAndGetDigits']);
  expect(driver.lastEvent.Sequence).toBe(2);
});

test('T-048 [Pause, PlayAudio, Hangup]: HANGUP is the only event', () => {
  const driver = answering(pause(100), play(), hangup());
  driver.pass(100);
  driver.answered();
  driver.played();
  driver.ended();
  expect(driver.eventTypes.slice(1)).toEqual(['HANGUP:Hangup']);
});

test('T-049 [Pause, PlayAudio]: Pause fails, PlayAudio never runs', () => {
  const driver = answering(pause(50), play());
  expect(driver.eventTypes.slice(1)).toEqual(['ACTION_FAILED:Pause']);
  driver.respond();
  driver.pass(1000);
  expect(driver.of('AnswerLeg')).toEqual([]);
});

test('T-050 [PlayAudio, ReceiveDigits]: one event, about ReceiveDigits without digits', () => {
  const driver = running(play(), receiveDigits());
  driver.played();
  expect(driver.eventTypes.slice(1)).toEqual(['ACTION_SUCCESSFUL:ReceiveDigits']);
  expect(driver.lastAction.ReceivedDigits).toBe('');
});

test('[ReceiveDigits, PlayAudio]: one event, about PlayAudio', () => {
  const driver = running(receiveDigits(), play());
  driver.played();
  expect(driver.eventTypes.slice(1)).toEqual(['ACTION_SUCCESSFUL:PlayAudio']);
});

test('T-053 (R5) The next action waits for the answer to an at-once action', () => {
  const driver = running(getDigits({ MaxNumberOfDigits: 1 }), play('next.wav'));
  driver.press('1');
  expect(driver.of('PlayAudio')).toHaveLength(1);
  expect(driver.respond()[0]).toMatchObject({ kind: 'PlayAudio', source: { Key: 'next.wav' } });
});

test('The answer to an at-once action replaces the rest of its list', () => {
  const driver = running(getDigits({ MaxNumberOfDigits: 1 }), play('never.wav'));
  driver.press('1');
  driver.respond([pause(100)]);
  driver.pass(100);
  driver.respond();
  expect(driver.of('PlayAudio').map(({ source }) => source.Key)).not.toContain('never.wav');
});

test('T-054 (R3) A list ending with an at-once action is reported once', () => {
  const driver = running(getDigits({ MaxNumberOfDigits: 1 }));
  driver.press('1');
  driver.respond();
  driver.pass(60_000);
  expect(driver.eventTypes.slice(1)).toEqual(['ACTION_SUCCESSFUL:PlayAudioAndGetDigits']);
});

test('T-055 Actions of DIGITS_RECEIVED run after the action in progress', () => {
  const driver = running(receiveDigits(), play('long.wav'), play('never.wav'));
  driver.press('*7');
  driver.pass(1000);
  expect(driver.respond([play('muted.wav')])).toEqual([]);
  driver.played();
  expect(driver.of('PlayAudio').map(({ source }) => source.Key)).toEqual(['long.wav', 'muted.wav']);
  driver.played();
  expect(driver.eventTypes.slice(1)).toEqual([
    'DIGITS_RECEIVED:ReceiveDigits',
    'ACTION_SUCCESSFUL:PlayAudio',
  ]);
});

test.each([[[]], [null], [undefined]])('T-056 With Actions %j the call stays up in silence', (actions) => {
  const driver = running(play());
  driver.played();
  driver.respond(actions);
  expect(driver.pass(3_600_000)).toEqual([]);
  expect(driver.call.state).toBe('connected');
});

test('T-058 No action of the old list runs after a failure (R4)', () => {
  const driver = running(play(), play('never.wav'));
  driver.playFailed();
  expect(driver.lastAction).toMatchObject({ ErrorType: 'InvalidAudioSource' });
  driver.respond([]);
  expect(driver.of('PlayAudio')).toHaveLength(1);
});

test('R6 A hang-up during a collection sends ACTION_FAILED with Disconnected, then HANGUP', () => {
  const driver = running(getDigits(), play());
  driver.ended();
  expect(driver.eventTypes.at(-1)).toBe('ACTION_FAILED:PlayAudioAndGetDigits');
  expect(driver.lastAction.ErrorType).toBe('SystemException');
  expect(driver.lastEvent.CallDetails.Participants[0]?.Status).toBe('Disconnected');
  driver.respond([play()]);
  expect(driver.eventTypes.at(-1)).toBe('HANGUP:Hangup');
  driver.respond();
  expect(driver.outputs.at(-1)).toEqual({ kind: 'CallEnded' });
});
