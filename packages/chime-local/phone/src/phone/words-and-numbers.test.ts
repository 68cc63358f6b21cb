import { describe, expect, it } from 'vitest';
import { answeredCodecs, offeredCodecs } from './codecs.ts';
import { type Ending, endingInShort, endingOfCode, troubleOf } from './endings.ts';
import { dialled, keysIn, MAX_PASTED_KEYS, numberRange } from './numbers.ts';

describe('numbers', () => {
  it.each([
    ['+1 (202) 555-0100', '+12025550100'],
    [' 202.555.0100 ', '2025550100'],
    ['sip:+12025550100', '+12025550100'],
    ['*98#', '*98#'],
    ['front-desk', 'front-desk'],
  ])('dials for %s', (typed, number) => {
    expect(dialled(typed)).toBe(number);
  });

  it.each([
    '',
    '   ',
    '+',
    'a b',
    '<x>',
    'a@b',
    '++1',
    `+${'1'.repeat(40)}`,
  ])('dials nothing for "%s"', (typed) => {
    expect(dialled(typed)).toBeUndefined();
  });

  it("Keys are found in pasted text, within a call's limit", () => {
    expect(keysIn('PIN 4563 7971\n')).toBe('45637971');
    expect(keysIn('1'.repeat(500))).toHaveLength(MAX_PASTED_KEYS);
  });

  it('counts numbers up', () => {
    expect(numberRange('+12025550198', 3)).toEqual(['+12025550198', '+12025550199', '+12025550200']);
    expect(numberRange('+009', 2)).toEqual(['+009', '+010']);
  });
});

describe('endings', () => {
  it.each([
    [404, 'unknown-number'],
    [486, 'busy'],
    [603, 'declined'],
    [480, 'not-answered'],
    [408, 'not-answered'],
    [488, 'no-common-codec'],
    [503, 'server-full'],
  ])('understands SIP %s', (code, how) => {
    expect(endingOfCode(code)).toEqual({ how });
  });

  it('tells the code of any other refusal', () => {
    expect(troubleOf(endingOfCode(500), '+1')?.what).toContain('SIP 500');
  });

  it('There is advice for all that goes wrong, and only for that', () => {
    const wrong: Ending['how'][] = ['missed', 'busy', 'declined', 'unknown-number', 'not-answered'];
    wrong.push('no-common-codec', 'server-full', 'network-lost', 'no-sound-path', 'browser-failed');
    for (const how of wrong) {
      expect(troubleOf({ how } as Ending, '+1')?.advice).toMatch(/\.$/);
      expect(endingInShort({ how } as Ending)).not.toBe('');
    }
    expect(troubleOf({ how: 'hung-up', by: 'other' }, '+1')).toBeUndefined();
  });
});

describe('codecs', () => {
  const ALL = [
    { mimeType: 'audio/opus', clockRate: 48_000 },
    { mimeType: 'audio/PCMU', clockRate: 8000 },
    { mimeType: 'audio/telephone-event', clockRate: 48_000 },
    { mimeType: 'audio/telephone-event', clockRate: 8000 },
  ];

  it('The chosen codec is offered with keys of its clock rate', () => {
    expect(offeredCodecs(ALL, 'PCMU')).toEqual([ALL[1], ALL[3]]);
    expect(offeredCodecs(ALL, 'opus')).toEqual([ALL[0], ALL[2]]);
    const firefox = ALL.filter((codec) => codec !== ALL[2]);
    expect(offeredCodecs(firefox, 'opus')).toEqual([ALL[0], ALL[3]]);
  });

  it('offers nothing special when the browser lacks it', () => {
    expect(offeredCodecs(ALL.slice(0, 1), 'PCMU')).toEqual([]);
  });

  it('answers with the chosen one first, but with any that is offered', () => {
    expect(answeredCodecs(ALL, 'PCMU')).toEqual([ALL[1], ALL[3], ALL[0], ALL[2]]);
  });
});
