import { expect, it } from 'vitest';
import type { Attendee, Band } from './index.ts';
import { Meeting } from './meeting.ts';

const meetingOf = () =>
  new Meeting('m', {
    createConverter: () => {
      throw new Error('one band needs no converter');
    },
  });

function join(meeting: Meeting, id: string, unheardBy?: string, band: Band = 'full'): Attendee {
  return meeting.join(id, { band, muted: false, deaf: false, unheardBy });
}

/**
 * Mixes frames in which each attendee says a constant value; the first is not checked, since voices fade in.
 */
function mix(meeting: Meeting, said: [Attendee, number][]): void {
  for (let frame = 0; frame < 2; frame++) {
    for (const [attendee, value] of said) {
      attendee.hasVoice = true;
      attendee.voice.fill(value);
    }
    meeting.mix();
  }
}

const hears = ({ heard }: Attendee): number => (heard.silent ? 0 : heard.samples[100]!);

it('All but one attendee hear an unheard voice, even if loud', () => {
  const meeting = meetingOf();
  const [owner, content, other] = [
    join(meeting, 'ann'),
    join(meeting, 'ann#content', 'ann'),
    join(meeting, 'bob'),
  ];
  mix(meeting, [
    [owner, 1_000],
    [content, 300],
    [other, 20],
  ]);
  expect([hears(owner), hears(other)]).toEqual([20, 1_300]);
  mix(meeting, [
    [owner, 30_000],
    [content, 30_000],
    [other, 25],
  ]);
  expect(hears(owner)).toBe(25);
});

it('An unheard voice leaves silence if nobody else speaks', () => {
  const meeting = meetingOf();
  const [owner, content, other] = [
    join(meeting, 'ann'),
    join(meeting, 'ann#content', 'ann'),
    join(meeting, 'bob'),
  ];
  owner.hasVoice = false;
  mix(meeting, [[content, 300]]);
  expect([owner.heard.silent, hears(other)]).toEqual([true, 300]);
  content.hasVoice = false;
  mix(meeting, [[other, 20]]);
  mix(meeting, [[other, 20]]);
  expect(hears(owner)).toBe(20);
  const again = join(meeting, 'ann#content', 'ann');
  mix(meeting, [
    [again, 300],
    [other, 20],
  ]);
  expect([hears(owner), hears(other)]).toEqual([20, 300]);
});
