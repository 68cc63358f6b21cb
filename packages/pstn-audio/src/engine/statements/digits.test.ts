import { expect, test } from 'vitest';
import { CallDriver } from '../testing/driver.ts';
import { getDigits, inMeeting, play, receiveDigits, running, talking } from '../testing/situations.ts';

function collecting(parameters: Record<string, unknown> = {}): CallDriver {
  return running(getDigits(parameters));
}

function prompts(driver: CallDriver): string[] {
  return driver.of('PlayAudio').map(({ source }) => source.Key);
}

test('T-068 With Min 1 and Max 1, one key completes the input', () => {
  const driver = collecting({ MinNumberOfDigits: 1, MaxNumberOfDigits: 1 });
  driver.played();
  driver.press('2');
  expect(driver.lastAction).toMatchObject({ Type: 'PlayAudioAndGetDigits', ReceivedDigits: '2' });
  expect(driver.lastAction).not.toHaveProperty('ErrorType');
});

test('T-069 The terminator ends the input and is not part of it', () => {
  const driver = collecting({ MinNumberOfDigits: 10, MaxNumberOfDigits: 15, TerminatorDigits: ['#'] });
  driver.played();
  driver.press('1234567890#');
  expect(driver.lastAction.ReceivedDigits).toBe('1234567890');
});

test('Keys that come between the 200 and its ACK count', () => {
  const driver = new CallDriver();
  driver.arrive();
  driver.press('9');
  driver.respond([getDigits({ MinNumberOfDigits: 4, MaxNumberOfDigits: 4 })]);
  driver.press('1234');
  expect(driver.of('PlayAudio')).toEqual([]);
  driver.answered();
  expect(driver.lastAction).toMatchObject({ Type: 'PlayAudioAndGetDigits', ReceivedDigits: '1234' });
});

test('C-43 A pattern may include the terminator', () => {
  const driver = collecting({ InputDigitsRegex: '^\\d{2}#$' });
  driver.press('12#');
  expect(driver.lastAction.ReceivedDigits).toBe('12');
});

test('T-070 The pattern is searched for, not anchored', () => {
  const driver = collecting({ MinNumberOfDigits: 6, MaxNumberOfDigits: 6, InputDigitsRegex: '[0-9]' });
  driver.press('123456');
  expect(driver.lastAction.ReceivedDigits).toBe('123456');
});

test('T-071 A wrong key plays the failure prompt, then the main prompt', () => {
  const driver = collecting({ InputDigitsRegex: '^[12]$', MaxNumberOfDigits: 1, Repeat: 3 });
  driver.played();
  driver.press('5');
  driver.played();
  expect(prompts(driver)).toEqual(['pin.wav', 'wrong.wav', 'pin.wav']);
  driver.press('1');
  expect(driver.lastAction.ReceivedDigits).toBe('1');
});

test('T-072 Two attempts without input fail with InvalidDigitsReceived after the failure prompt', () => {
  const driver = collecting({ Repeat: 2 });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    driver.played();
    driver.pass(4999);
    expect(prompts(driver)).toHaveLength(2 * attempt + 1);
    driver.pass(1);
    driver.played();
  }
  expect(prompts(driver)).toEqual(['pin.wav', 'wrong.wav', 'pin.wav', 'wrong.wav']);
  expect(driver.eventTypes.at(-1)).toBe('ACTION_FAILED:PlayAudioAndGetDigits');
  expect(driver.lastAction).toMatchObject({
    ErrorType: 'InvalidDigitsReceived',
    ErrorMessage: 'Invalid digits received.',
  });
  expect(driver.lastAction).not.toHaveProperty('ReceivedDigits');
});

test('Without FailureAudioSource, the next attempt begins at once', () => {
  const driver = collecting({ FailureAudioSource: undefined, Repeat: 2 });
  driver.played();
  driver.pass(5000);
  driver.played();
  driver.pass(5000);
  expect(prompts(driver)).toEqual(['pin.wav', 'pin.wav']);
  expect(driver.lastAction.ErrorType).toBe('InvalidDigitsReceived');
});

test('T-073 Defaults are echoed, except the terminators', () => {
  const driver = collecting({ RepeatDurationInMilliseconds: '5000', MinNumberOfDigits: '' });
  driver.press('1#');
  expect(driver.lastAction.Parameters).toMatchObject({
    InBetweenDigitsDurationInMilliseconds: 5000,
    MinNumberOfDigits: 0,
    MaxNumberOfDigits: 128,
    Repeat: 1,
    RepeatDurationInMilliseconds: 5000,
  });
  expect(driver.lastAction.Parameters).not.toHaveProperty('TerminatorDigits');
});

test('T-074 Too few digits before the gap ends fail the attempt', () => {
  const driver = collecting({ MinNumberOfDigits: 5, InBetweenDigitsDurationInMilliseconds: 2000 });
  driver.played();
  driver.press('12');
  driver.pass(1500);
  driver.press('3');
  driver.pass(1999);
  expect(prompts(driver)).toEqual(['pin.wav']);
  driver.pass(1);
  expect(prompts(driver)).toEqual(['pin.wav', 'wrong.wav']);
});

test('Keys during the failure prompt belong to no attempt or listener', () => {
  const driver = running(
    receiveDigits(),
    getDigits({ MaxNumberOfDigits: 1, InputDigitsRegex: '1', Repeat: 2 }),
  );
  driver.press('5');
  driver.press('*7');
  driver.pass(60_000);
  expect(driver.eventTypes).toEqual(['NEW_INBOUND_CALL']);
});

test('Barge-in stops the prompt', () => {
  const driver = collecting();
  expect(driver.press('1')[0]?.kind).toBe('StopPlayback');
});

test.each([
  [{ MaxNumberOfDigits: 129 }, 'The MaxNumberOfDigits parameter is invalid.'],
  [{ MinNumberOfDigits: 5, MaxNumberOfDigits: 4 }, 'The MaxNumberOfDigits parameter is invalid.'],
  [{ MinNumberOfDigits: -1 }, 'The MinNumberOfDigits parameter is invalid.'],
  [{ RepeatDurationInMilliseconds: 0 }, 'The RepeatDurationInMilliseconds parameter is invalid.'],
  [{ RepeatDurationInMilliseconds: undefined }, 'The RepeatDurationInMilliseconds parameter is invalid.'],
  [{ Repeat: 0 }, 'The Repeat parameter is invalid.'],
  [{ InputDigitsRegex: '[' }, 'The InputDigitsRegex parameter is invalid.'],
  [{ TerminatorDigits: ['##'] }, 'The TerminatorDigits parameter is invalid.'],
])('PlayAudioAndGetDigits %j fails', (parameters, message) => {
  const driver = running(play(), getDigits(parameters));
  driver.played();
  expect(driver.lastAction).toMatchObject({ ErrorType: 'InvalidActionParameter', ErrorMessage: message });
});

test.each([
  { AudioSource: undefined },
  { FailureAudioSource: { Type: 'S3', BucketName: '', Key: 'a' } },
])('PlayAudioAndGetDigits %j fails with InvalidAudioSource', (parameters) => {
  const driver = running(play(), getDigits(parameters));
  driver.played();
  expect(driver.lastAction.ErrorType).toBe('InvalidAudioSource');
});

test('Repeat 9999 and a duration of a day are accepted', () => {
  const driver = collecting({ Repeat: '9999', RepeatDurationInMilliseconds: '99999999' });
  expect(prompts(driver)).toEqual(['pin.wav']);
});

test('T-075 The listener matches when the gap between digits ends', () => {
  const driver = talking();
  driver.press('*7');
  expect(driver.pass(999)).toEqual([]);
  driver.pass(1);
  expect(driver.eventTypes.at(-1)).toBe('DIGITS_RECEIVED:ReceiveDigits');
  expect(driver.lastAction).toMatchObject({
    ReceivedDigits: '*7',
    Parameters: { InputDigitsRegex: '^\\*\\d{1}$', CallId: 'leg-a', ParticipantTag: 'LEG-A' },
  });
});

test('T-076 Digits that do not match are sent when the flush time ends', () => {
  const driver = talking();
  driver.press('1');
  driver.pass(6000);
  driver.press('2');
  driver.pass(3999);
  expect(driver.eventTypes).toEqual(['NEW_INBOUND_CALL']);
  driver.pass(1);
  expect(driver.lastAction.ReceivedDigits).toBe('12');
});

test('Unmatched digits are kept and may match with later ones', () => {
  const driver = talking();
  driver.press('*');
  driver.pass(2000);
  driver.press('7');
  driver.pass(1000);
  expect(driver.lastAction.ReceivedDigits).toBe('*7');
});

test('T-077 The listener stays armed after a match', () => {
  const driver = talking();
  for (const keys of ['*7', '*8']) {
    driver.press(keys);
    driver.pass(1000);
    expect(driver.lastAction.ReceivedDigits).toBe(keys);
    driver.respond();
  }
});

test('Arming again replaces the listener and drops its digits', () => {
  const driver = talking();
  driver.press('*');
  driver.update();
  driver.respond([receiveDigits({ InputDigitsRegex: '^7$' })]);
  driver.respond();
  driver.press('7');
  driver.pass(1000);
  expect(driver.lastAction.ReceivedDigits).toBe('7');
});

test('T-078 Keys are discarded without a listener', () => {
  const driver = running(play());
  driver.press('*7');
  driver.played();
  driver.respond([receiveDigits()]);
  driver.respond();
  driver.pass(60_000);
  expect(driver.eventTypes.slice(2)).toEqual(['ACTION_SUCCESSFUL:ReceiveDigits']);
});

test('T-079 Each leg has its own listener, whose event lists it first', () => {
  const driver = inMeeting();
  driver.update();
  driver.respond([receiveDigits(), receiveDigits({ ParticipantTag: 'LEG-B' })]);
  driver.respond();
  driver.press('*7', 'leg-b');
  driver.pass(1000);
  expect(driver.lastAction.Parameters).toMatchObject({ CallId: 'leg-b', ParticipantTag: 'LEG-B' });
  expect(driver.lastEvent.CallDetails.Participants[0]?.CallId).toBe('leg-b');
  driver.respond([play()]);
  expect(driver.of('PlayAudio').at(-1)?.legId).toBe('leg-b');
  driver.press('*8', 'leg-a');
  driver.pass(1000);
  expect(driver.lastAction.Parameters.CallId).toBe('leg-a');
});

test.each([1000, 500, 0, undefined])('T-080 Flush %j with InBetween 1000 fails', (Flush) => {
  const driver = running(play(), receiveDigits({ FlushDigitsDurationInMilliseconds: Flush }));
  driver.played();
  expect(driver.lastAction).toMatchObject({
    ErrorType: 'InvalidActionParameter',
    ErrorMessage: 'The FlushDigitsDurationInMilliseconds parameter is invalid.',
  });
});

test('Digits of a collection do not reach the listener', () => {
  const driver = running(
    receiveDigits({ InputDigitsRegex: '.' }),
    getDigits({ MaxNumberOfDigits: 2 }),
    play('a.wav', { PlaybackTerminators: ['#'] }),
  );
  driver.press('*7');
  driver.respond();
  driver.press('#');
  driver.pass(60_000);
  expect(driver.eventTypes.slice(1)).toEqual([
    'ACTION_SUCCESSFUL:PlayAudioAndGetDigits',
    'ACTION_SUCCESSFUL:PlayAudio',
  ]);
});

test("A leg's end removes its listener; a flood of keys is bounded", () => {
  const driver = inMeeting();
  driver.update();
  driver.respond([receiveDigits(), receiveDigits({ ParticipantTag: 'LEG-B' })]);
  driver.respond();
  driver.press('1', 'leg-b');
  driver.ended('leg-b');
  driver.respond();
  expect(driver.call.digitListeners.map(({ legId }) => legId)).toEqual(['leg-a']);
  driver.press('1'.repeat(300));
  expect(driver.call.digitListeners[0]?.digits.length).toBeLessThan(128);
  expect(driver.lastAction.ReceivedDigits).toHaveLength(128);
});

test('A digit that is not a key is ignored', () => {
  const driver = talking();
  for (const digit of ['', 'x', '12', '\n']) driver.give({ kind: 'DigitPressed', legId: 'leg-a', digit });
  expect(driver.call.digitListeners[0]?.digits).toBe('');
});
