import { expect, test } from 'vitest';
import { MAX_FAILURES_IN_A_ROW } from '../../limits.ts';
import { pause, play, running, speak } from '../testing/situations.ts';

test('T-083 A terminator ends playback and its repeats, with success', () => {
  const driver = running(play('a.wav', { Repeat: 3, PlaybackTerminators: ['#'] }));
  expect(driver.press('5')).toEqual([]);
  expect(driver.press('#')[0]?.kind).toBe('StopPlayback');
  expect(driver.eventTypes.at(-1)).toBe('ACTION_SUCCESSFUL:PlayAudio');
  expect(driver.lastAction).not.toHaveProperty('ReceivedDigits');
  expect(driver.lastAction.Parameters.PlaybackTerminators).toEqual(['#']);
});

test('T-084 A bucket that denies access causes InvalidAudioSource', () => {
  const driver = running(play());
  driver.playFailed('InvalidAudioSource', 'Cannot access S3 bucket or audio file.');
  expect(driver.eventTypes.at(-1)).toBe('ACTION_FAILED:PlayAudio');
  expect(driver.lastAction).toMatchObject({
    ErrorType: 'InvalidAudioSource',
    ErrorMessage: 'Cannot access S3 bucket or audio file.',
  });
});

test('A failure branch that keeps failing ends the call with a reason', () => {
  const driver = running(play());
  let failures = 0;
  while (driver.of('HangUpLeg').length === 0 && failures < 1000) {
    driver.playFailed('InvalidAudioSource', 'Cannot access S3 bucket or audio file.');
    failures += 1;
    if (driver.of('HangUpLeg').length === 0) driver.respond([play()]);
  }
  expect(failures).toBe(MAX_FAILURES_IN_A_ROW + 1);
  expect(driver.of('LogMessage').at(-1)?.text).toMatch(
    /answered 25 failures in a row .* PlayAudio \(InvalidAudioSource: Cannot access S3 bucket or audio file.\)/,
  );
  driver.ended();
  expect(driver.eventTypes.at(-1)).toBe('HANGUP:Hangup');
});

test('Failures with a success between them do not end the call', () => {
  const driver = running(play());
  for (let time = 0; time < 2 * MAX_FAILURES_IN_A_ROW; time++) {
    driver.playFailed('InvalidAudioSource', 'gone');
    driver.respond([play()]);
    driver.played();
    driver.respond([play()]);
  }
  expect(driver.of('HangUpLeg')).toEqual([]);
});

test('T-085 Repeat defaults to 1; there are no default terminators', () => {
  const driver = running(play());
  driver.played();
  expect(driver.lastAction.Parameters.Repeat).toBe(1);
  expect(driver.lastAction.Parameters).not.toHaveProperty('PlaybackTerminators');
});

test.each([
  undefined,
  'prompts/a.wav',
  { Type: 'HTTP', BucketName: 'b', Key: 'k' },
  { Type: 'S3', BucketName: 'b' },
  { Type: 'S3', BucketName: '', Key: 'k' },
])('PlayAudio with AudioSource %j fails', (AudioSource) => {
  const driver = running(pause(100), play('a.wav', { AudioSource }));
  driver.pass(100);
  expect(driver.lastAction).toMatchObject({
    ErrorType: 'InvalidAudioSource',
    ErrorMessage: 'Audio Source parameter value is invalid.',
  });
  expect(driver.of('AnswerLeg')).toEqual([]);
});

test.each([0, -1, 1.5, 'many', {}])('PlayAudio with Repeat %j fails', (Repeat) => {
  const driver = running(play('a.wav', { Repeat }));
  expect(driver.lastAction.ErrorType).toBe('InvalidActionParameter');
});

test('T-086 A text of 1001 characters fails; 1000 are spoken', () => {
  const driver = running(speak('x'.repeat(1001)));
  expect(driver.lastAction).toMatchObject({
    ErrorType: 'MissingRequiredActionParameter',
    ErrorMessage: 'Text is limited to 1,000 characters',
  });
  expect(running(speak('x'.repeat(1000))).of('SpeakText')).toHaveLength(1);
});

test.each([null, '', 7])('Speak with Text %j fails', (Text) => {
  expect(running(speak(Text)).lastAction).toMatchObject({
    ErrorType: 'MissingRequiredActionParameter',
    ErrorMessage: 'Text is a required parameter',
  });
});

test('Speak fills in and echoes its defaults; the language is the voice’s', () => {
  const driver = running(speak('Hello'));
  expect(driver.of('SpeakText')[0]).toEqual({
    kind: 'SpeakText',
    legId: 'leg-a',
    playId: expect.any(String),
    text: 'Hello',
    textType: 'text',
    engine: 'standard',
    voiceId: 'Joanna',
  });
  driver.played();
  expect(driver.lastAction.Parameters).toStrictEqual({
    Text: 'Hello',
    Engine: 'standard',
    TextType: 'text',
    VoiceId: 'Joanna',
    CallId: 'leg-a',
    ParticipantTag: 'LEG-A',
  });
});

test.each([
  { Engine: 'loud' },
  { TextType: 'html' },
  { VoiceId: 7 },
  { LanguageCode: [] },
])('Speak with %j fails', (parameters) => {
  const driver = running({ Type: 'Speak', Parameters: { Text: 'Hello', ...parameters } });
  expect(driver.lastAction.ErrorType).toBe('InvalidActionParameter');
});

test.each([50, 99, 30_001, 'soon', null])('T-087 A Pause of %j fails', (duration) => {
  expect(running(pause(duration)).lastAction).toMatchObject({
    ErrorType: 'InvalidActionParameter',
    ErrorMessage: 'The Duration parameter is invalid.',
  });
});

test.each([100, '30000'])('A Pause of %j is accepted', (duration) => {
  const driver = running(play(), pause(duration));
  driver.played();
  driver.pass(Number(duration));
  expect(driver.eventTypes.at(-1)).toBe('ACTION_SUCCESSFUL:Pause');
  expect(driver.lastAction.Parameters.DurationInMilliseconds).toBe(Number(duration));
});

test('An early alarm does no harm and is set again', () => {
  const driver = running(play(), pause(1000));
  driver.played();
  const { wakeAt } = driver.call;
  driver.now += 999;
  expect(driver.give({ kind: 'TimeReached' })).toEqual([{ kind: 'WakeAt', at: wakeAt }]);
  driver.now += 1;
  driver.give({ kind: 'TimeReached' });
  expect(driver.eventTypes.at(-1)).toBe('ACTION_SUCCESSFUL:Pause');
});
