import { CallDriver, type TestAction } from './driver.ts';

/** Actions and situations from which tests start. */

export function file(key: string): Record<string, unknown> {
  return { Type: 'S3', BucketName: 'prompts', Key: key };
}

export function play(key = 'a.wav', parameters: Record<string, unknown> = {}): TestAction {
  return { Type: 'PlayAudio', Parameters: { AudioSource: file(key), ...parameters } };
}

export function pause(DurationInMilliseconds: unknown = 1000): TestAction {
  return { Type: 'Pause', Parameters: { DurationInMilliseconds } };
}

export function speak(Text: unknown = 'Hello'): TestAction {
  return { Type: 'Speak', Parameters: { Text } };
}

export function hangup(parameters: Record<string, unknown> = {}): TestAction {
  return { Type: 'Hangup', Parameters: parameters };
}

export function getDigits(parameters: Record<string, unknown> = {}): TestAction {
  return {
    Type: 'PlayAudioAndGetDigits',
    Parameters: {
      AudioSource: file('pin.wav'),
      FailureAudioSource: file('wrong.wav'),
      RepeatDurationInMilliseconds: 5000,
      ...parameters,
    },
  };
}

export function receiveDigits(parameters: Record<string, unknown> = {}): TestAction {
  return {
    Type: 'ReceiveDigits',
    Parameters: {
      InputDigitsRegex: '^\\*\\d{1}$',
      InBetweenDigitsDurationInMilliseconds: 1000,
      FlushDigitsDurationInMilliseconds: 10000,
      ...parameters,
    },
  };
}

export const join: TestAction = {
  Type: 'JoinChimeMeeting',
  Parameters: { JoinToken: 'token', MeetingId: 'meeting' },
};

/** An answered call of one leg, whose listener has received no keys. No answer is outstanding. */
export function talking(): CallDriver {
  const driver = new CallDriver();
  driver.arrive();
  driver.respond([receiveDigits(), hangup({ CallId: 'a leg that never was' })]);
  driver.answered();
  return driver;
}

/** An answered call that is in a meeting, with nothing outstanding. */
export function inMeeting(): CallDriver {
  const driver = new CallDriver();
  driver.arrive();
  driver.respond([join]);
  driver.answered();
  driver.joined();
  driver.respond();
  return driver;
}

/** An answered call that runs these actions. */
export function running(...actions: TestAction[]): CallDriver {
  const driver = new CallDriver();
  driver.arrive();
  driver.respond(actions);
  driver.answered();
  return driver;
}
