import { type Action, type FunctionResponse, type InvocationEvent, validateResponse } from 'pstn-audio';
import { sma } from 'pstn-audio/testing';
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

test('A caller who presses 1 hears the time, then the call ends', async () => {
  const call = await sma(handler).dial({ from: '+12065550100' });
  await call.hears('welcome.wav');
  await call.hears('Press 1');
  await call.press('1');
  await call.hears('time.wav');
  expect(await call.ends()).toMatchObject({ by: 'application' });
  expect(call.problems).toEqual([]);
});

test('A caller who presses nothing is hung up on after three seconds', async () => {
  const call = await sma(handler).dial();
  await call.hears('That was no 1.');
  await call.ends();
  expect(call.events.at(-1)?.InvocationEventType).toBe('HANGUP');
});

test('A misspelt action is explained', () => {
  const [problem] = validateResponse({ SchemaVersion: '1.0', Actions: [{ Type: 'PlayAduio' }] });
  expect(problem).toMatchObject({
    path: 'Actions[0].Type',
    didYouMean: 'PlayAudio',
    consequence: 'CALL_ENDS',
  });
});
