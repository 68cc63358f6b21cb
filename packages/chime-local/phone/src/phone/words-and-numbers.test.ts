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
  ])('A typed %s can be dialled', (typed, number) => {
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
  ])('A typed "%s" cannot be dialled', (typed) => {
    expect(dialled(typed)).toBeUndefined();
  });

  it('Keys are extracted from pasted text, up to a limit', () => {
    expect(keysIn('PIN 4563 7971\n')).toBe('45637971');
    expect(keysIn('1'.repeat(500))).toHaveLength(MAX_PASTED_KEYS);
  });

  it('A range of numbers counts up from the first', () => {
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
  ])('SIP status %s leads to the right ending', (code, how) => {
    expect(endingOfCode(code)).toEqual({ how });
  });

  it('Any other refusal is shown with its code', () => {
    expect(troubleOf(endingOfCode(500), '+1')?.what).toContain('SIP 500');
  });

  it('There is advice for every failure, and only for failures', () => {
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

  it('The chosen codec is offered with telephone events of its clock rate', () => {
    expect(offeredCodecs(ALL, 'PCMU')).toEqual([ALL[1], ALL[3]]);
    expect(offeredCodecs(ALL, 'opus')).toEqual([ALL[0], ALL[2]]);
    const firefox = ALL.filter((codec) => codec !== ALL[2]);
    expect(offeredCodecs(firefox, 'opus')).toEqual([ALL[0], ALL[3]]);
  });

  it('Nothing special is offered if the browser lacks the codec', () => {
    expect(offeredCodecs(ALL.slice(0, 1), 'PCMU')).toEqual([]);
  });

  it('An answer prefers the chosen codec but accepts any', () => {
    expect(answeredCodecs(ALL, 'PCMU')).toEqual([ALL[1], ALL[3], ALL[0], ALL[2]]);
  });
});
