import { describe, expect, test } from 'vitest';
import type { CallRow } from '#contract';
import { EMPTY_DRAFT, EVERYONE, isDraft, orderOf, resolveDraft } from './selection.ts';
import { requestFor } from './submission.ts';
import { faultsOf } from './words.ts';

const row = (attendeeId: string): CallRow => ({
  ...{
    meetingId: 'm',
    attendeeId,
    fromNumber: `+${attendeeId}`,
    toNumber: '+2',
    callId: 'c',
    status: 'joined',
  },
  ...{ transactionId: `t${attendeeId}`, meetingName: 'A', joinedAt: '2026', muted: false },
});
const meetings = [
  { name: 'A', callers: [row('1'), row('2')] },
  { name: 'Empty', callers: [] },
];

describe('the selection', () => {
  test('An order goes to one caller or to everyone', () => {
    expect(resolveDraft({ ...EMPTY_DRAFT, meeting: 'A', attendee: '2' }, meetings).targets).toEqual([
      row('2'),
    ]);
    expect(resolveDraft({ ...EMPTY_DRAFT, meeting: 'A', attendee: EVERYONE }, meetings).targets).toHaveLength(
      2,
    );
  });

  test('An ended call leaves the selection, and nobody takes its place', () => {
    const draft = { ...EMPTY_DRAFT, meeting: 'A', attendee: '9', fromNumber: '+9' };
    expect(resolveDraft(draft, meetings)).toEqual({
      meeting: 'A',
      attendee: '',
      targets: [],
      gone: 'The call from +9 has ended. Choose another attendee.',
    });
  });

  test('A meeting that is gone or empty leaves the selection', () => {
    expect(resolveDraft({ ...EMPTY_DRAFT, meeting: 'X' }, meetings).gone).toContain('no longer there');
    expect(resolveDraft({ ...EMPTY_DRAFT, meeting: 'Empty', attendee: EVERYONE }, meetings).gone).toContain(
      'left',
    );
    expect(resolveDraft(EMPTY_DRAFT, meetings).gone).toBeUndefined();
  });

  test('An order has only the members of its update', () => {
    const draft = { ...EMPTY_DRAFT, prompt: 'p.wav', text: 'hello' };
    expect(orderOf(draft)).toEqual({ updateInfo: 'PlayAudio', prompt: 'p.wav' });
    expect(orderOf({ ...draft, prompt: '' })).toEqual({ updateInfo: 'PlayAudio' });
    expect(orderOf({ ...draft, updateInfo: 'Speak' })).toEqual({ updateInfo: 'Speak', text: 'hello' });
    expect(orderOf({ ...draft, updateInfo: 'MuteAttendee' })).toEqual({ updateInfo: 'MuteAttendee' });
  });

  test('The request names the call in every way that the API accepts', () => {
    expect(requestFor(row('1'), { updateInfo: 'MuteAttendee' }, 'an-order')).toEqual({
      ...{ transactionId: 't1', updateInfo: 'MuteAttendee', meetingId: 'm', attendeeId: '1' },
      ...{ fromNumber: '+1', callId: 'c', orderId: 'an-order' },
    });
  });

  test('A text is counted in characters, and a blank one is refused', () => {
    expect(faultsOf({ updateInfo: 'Speak', text: ' ' }, 1000).text).toContain('Write');
    expect(faultsOf({ updateInfo: 'Speak', text: '😀'.repeat(1000) }, 1000)).toEqual({});
    expect(faultsOf({ updateInfo: 'Speak', text: 'x'.repeat(1012) }, 1000).text).toContain(
      'shorten it by 12',
    );
  });

  test('A draft kept by another version is discarded', () => {
    expect(isDraft(EMPTY_DRAFT)).toBe(true);
    expect(isDraft({ ...EMPTY_DRAFT, updateInfo: 'Explode' })).toBe(false);
    expect(isDraft({ ...EMPTY_DRAFT, text: 1 })).toBe(false);
  });
});
