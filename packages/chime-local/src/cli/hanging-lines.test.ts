import { expect, it } from 'vitest';
import { hanging } from './hanging-lines.ts';

const LINE = '+14155550123 #1 NEW_INBOUND_CALL → Pause 1000 · PlayAudio welcome.wav (166 ms)';

it('A report is broken between words at 60 columns', () => {
  const lines = hanging(LINE, 60);
  expect(lines).toEqual([
    '+14155550123 #1 NEW_INBOUND_CALL → Pause 1000 ·',
    'PlayAudio welcome.wav (166 ms)',
  ]);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(50);
});

it('A report stays one line in a pipe', () => {
  expect(hanging(LINE, undefined)).toEqual([LINE]);
});

it('An address longer than a line is not broken', () => {
  const address = `http://127.0.0.1:4280/calls/#${'a'.repeat(60)}`;
  expect(hanging(`See ${address} now`, 60)).toEqual(['See', address, 'now']);
});
