import { describe, expect, it } from 'vitest';
import { readServerTiming } from './server-timing.ts';

describe('the times of a server', () => {
  it.each([
    [null, []],
    ['', []],
    [
      'order;dur=0, voice;dur=6.5, record;dur=3',
      [
        { name: 'order', ms: 0 },
        { name: 'voice', ms: 6.5 },
        { name: 'record', ms: 3 },
      ],
    ],
    ['cache;desc="Cache Read";dur=23.2', [{ name: 'cache', ms: 23.2 }]],
    ['miss, db;dur="53"', [{ name: 'db', ms: 53 }]],
    ['<b>;dur=1, a;dur=-1, b;dur=x', []],
    [`${'n'.repeat(41)};dur=1`, []],
  ])('The stages of %j with a duration are read', (header, stages) => {
    expect(readServerTiming(header)).toEqual(stages);
  });

  it('At most ten stages of an answer are kept', () => {
    expect(readServerTiming(Array.from({ length: 50 }, (_, i) => `s${i};dur=1`).join(','))).toHaveLength(10);
  });
});
