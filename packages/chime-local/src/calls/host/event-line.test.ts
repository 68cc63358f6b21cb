import type { InvocationEvent } from 'pstn-audio';
import { expect, it } from 'vitest';
import { eventLine } from './event-line.ts';

const DIGITS = { Type: 'SpeakAndGetDigits', Parameters: {}, ReceivedDigits: '4815' };
const play = (Type: string, Key: string) => ({ Type, Parameters: { AudioSource: { Key } } });

it.each([
  [
    { InvocationEventType: 'NEW_INBOUND_CALL' },
    { Actions: [{ Type: 'Speak', Parameters: { Text: 'Your PIN is 4815.' } }, { Type: 'Hangup' }] },
    '#1 NEW_INBOUND_CALL → Speak · Hangup (12 ms)',
  ],
  [
    { InvocationEventType: 'NEW_INBOUND_CALL' },
    {
      Actions: [
        { Type: 'Pause', Parameters: { DurationInMilliseconds: 1000 } },
        play('PlayAudio', 'en/welcome.wav'),
        play('PlayAudioAndGetDigits', 'pin.wav'),
        { Type: 'SendDigits', Parameters: { Digits: '4815' } },
        { Type: 'CallAndBridge', Parameters: { Endpoints: [{ Uri: '+12065550101' }] } },
      ],
    },
    '#1 NEW_INBOUND_CALL → Pause 1000 · PlayAudio welcome.wav · PlayAudioAndGetDigits pin.wav · SendDigits · CallAndBridge +12065550101 (12 ms)',
  ],
  [
    {
      InvocationEventType: 'ACTION_FAILED',
      ActionData: { Type: 'PlayAudio', ErrorType: 'InvalidAudioSource', ErrorMessage: 'no such file' },
    },
    { Actions: [] },
    '#1 ACTION_FAILED PlayAudio (InvalidAudioSource: no such file) → no actions (12 ms)',
  ],
  [
    {
      InvocationEventType: 'HANGUP',
      ActionData: { Type: 'Hangup', Parameters: { SipResponseCode: 0, ParticipantTag: 'LEG-B' } },
    },
    null,
    '#1 HANGUP LEG-B → no actions (12 ms)',
  ],
  [
    { InvocationEventType: 'ACTION_SUCCESSFUL', ActionData: DIGITS },
    null,
    '#1 ACTION_SUCCESSFUL SpeakAndGetDigits → no actions (12 ms)',
  ],
])('An event and its answer make one line without digits: %j', (event, answer, line) => {
  const outcome = { ok: true, payload: JSON.stringify(answer) } as const;
  expect(eventLine({ ...event, Sequence: 1 } as InvocationEvent, outcome, 12.3)).toBe(line);
});

it('The line shows what a function threw instead of an answer', () => {
  const event = { InvocationEventType: 'HANGUP', Sequence: 7 } as InvocationEvent;
  const error = { type: 'TypeError', message: 'x is undefined', frames: [] };
  const failed = { ok: false, reason: 'error', message: 'The function failed.' } as const;
  expect(eventLine(event, { ...failed, error }, 12)).toBe(
    '#7 HANGUP → failed: TypeError: x is undefined (12 ms)',
  );
  expect(eventLine(event, failed, 12)).toBe('#7 HANGUP → failed: The function failed. (12 ms)');
});

it('The line shows that an event was not delivered to the function', () => {
  const event = { InvocationEventType: 'HANGUP', Sequence: 7 } as InvocationEvent;
  const outcome = { ok: true, payload: '{"Actions":[]}', undelivered: true } as const;
  expect(eventLine(event, outcome, 0)).toBe('#7 HANGUP → not delivered to the function');
});
