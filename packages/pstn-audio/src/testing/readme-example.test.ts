import { type Action, type FunctionResponse, type InvocationEvent, validateResponse } from 'pstn-audio';
import { VirtualCall } from 'pstn-audio/testing';
import { expect, test } from 'vitest';

const play = (Key: string): Action => ({
  Type: 'PlayAudio',
  Parameters: { AudioSource: { Type: 'S3', BucketName: 'prompts', Key } },
});

/** The handler: a welcome, one key, and a goodbye. */
function handler(event: InvocationEvent): FunctionResponse {
  const answer = (...Actions: Action[]): FunctionResponse => ({ SchemaVersion: '1.0', Actions });
  if (event.InvocationEventType === 'NEW_INBOUND_CALL') {
    const SpeechParameters = { Text: 'Press 1 to hear the time.' };
    const FailureSpeechParameters = { Text: 'That was no 1.' };
    const digits = { MaxNumberOfDigits: 1, InputDigitsRegex: '^1$', RepeatDurationInMilliseconds: 3000 };
    const Parameters = { SpeechParameters, FailureSpeechParameters, ...digits };
    return answer(play('welcome.wav'), { Type: 'SpeakAndGetDigits', Parameters });
  }
  const { ActionData } = event;
  if (event.InvocationEventType === 'ACTION_SUCCESSFUL' && ActionData?.Type === 'SpeakAndGetDigits') {
    return answer(play('time.wav'), { Type: 'Hangup' });
  }
  if (event.InvocationEventType === 'ACTION_FAILED') return answer({ Type: 'Hangup' });
  return answer();
}

test('a caller who presses 1 hears the time, then the call ends', async () => {
  const call = new VirtualCall(handler);
  await call.arrive();
  await call.playedOut();
  await call.press('1');
  expect(call.hears()).toEqual({ file: 'time.wav' });
  await call.playedOut();
  expect(call.state).toBe('ended');
  expect(call.heard()).toEqual([
    { file: 'welcome.wav' },
    { text: 'Press 1 to hear the time.' },
    { file: 'time.wav' },
  ]);
  expect(call.problems).toEqual([]);
});

test('a caller who presses nothing is hung up on after three seconds', async () => {
  const call = new VirtualCall(handler);
  await call.arrive();
  await call.playedOut();
  await call.pass(3000);
  expect(call.hears()).toEqual({ text: 'That was no 1.' });
  await call.playedOut();
  expect(call.events.at(-1)?.InvocationEventType).toBe('HANGUP');
});

test('a slip is explained', () => {
  const [problem] = validateResponse({ SchemaVersion: '1.0', Actions: [{ Type: 'PlayAduio' }] });
  expect(problem).toMatchObject({
    path: 'Actions[0].Type',
    didYouMean: 'PlayAudio',
    consequence: 'CALL_ENDS',
  });
});
