import { expect, it } from 'vitest';
import { eventLine } from './event-line.ts';

const DIGITS = { Type: 'SpeakAndGetDigits', Parameters: {}, ReceivedDigits: '4815' };

it.each([
  [
    { InvocationEventType: 'NEW_INBOUND_CALL' },
    { ok: true, payload: '{"Actions":[{"Type":"Speak"},{"Type":"Hangup"}]}' } as const,
    'NEW_INBOUND_CALL → Speak, Hangup (12 ms)',
  ],
  [
    {
      InvocationEventType: 'ACTION_FAILED',
      ActionData: { Type: 'PlayAudio', ErrorType: 'InvalidAudioSource', ErrorMessage: 'no such file' },
    },
    { ok: true, payload: '{"SchemaVersion":"1.0","Actions":[]}' } as const,
    'ACTION_FAILED PlayAudio (InvalidAudioSource: no such file) → no actions (12 ms)',
  ],
  [
    { InvocationEventType: 'ACTION_SUCCESSFUL', ActionData: DIGITS },
    { ok: true, payload: 'null' } as const,
    'ACTION_SUCCESSFUL SpeakAndGetDigits → no actions (12 ms)',
  ],
  [
    { InvocationEventType: 'HANGUP' },
    { ok: false, reason: 'error', message: 'The function failed.' } as const,
    'HANGUP → failed: The function failed. (12 ms)',
  ],
])('tells an event and its answer in one line without digits: %j', (event, outcome, line) => {
  expect(eventLine(JSON.stringify(event), outcome, 12.3)).toBe(line);
});
