import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MASKED_SECRET } from '../../record/mask.ts';
import { Sameness } from './same.ts';

const differ = (then: unknown, now: unknown): boolean => new Sameness().differences(then, now).length > 0;

describe('comparing a recorded document with one of today', () => {
  it.each([
    ['+12065550100', '+12065550199'],
    ['+442079460000', '+442079460001'],
    ['Call 2065550100.', 'Call 2065550199.'],
    ['sip:12065550100@example.com', 'sip:12065550199@example.com'],
  ])('Another telephone number is a difference: %s', (then, now) => {
    expect(differ({ Uri: then }, { Uri: now })).toBe(true);
  });

  it('Another file with a long path is a difference', () => {
    expect(differ('prompts/en/welcome-to-our-company2.wav', 'prompts/en/goodbye-from-our-company2.wav')).toBe(
      true,
    );
  });

  it('A credential that the record hides within a text is no difference', () => {
    const state = (JoinToken: string, meeting: string) => JSON.stringify({ meeting, JoinToken });
    expect(differ(state(MASKED_SECRET, randomUUID()), state('token-of-today', randomUUID()))).toBe(false);
    expect(differ(state(MASKED_SECRET, 'one'), state('token-of-today', 'two'))).toBe(true);
  });

  it.each([
    ['a GUID', () => randomUUID()],
    ['a GUID without letters', () => randomUUID().replaceAll(/[a-f]/g, '7')],
    ['a short hash', () => `a1${randomBytes(3).toString('hex')}`],
    ['a long hash', () => randomBytes(32).toString('hex')],
    ['a token', () => randomBytes(48).toString('base64url')],
    ['milliseconds', () => String(Date.now() + Math.round(Math.random() * 1e6))],
    ['a serial number', () => `86${Math.round(Math.random() * 1e16 + 1e16)}`],
  ])('What is generated anew is no difference: %s', (_, generate) => {
    expect(differ({ id: generate() }, { id: generate() })).toBe(false);
  });
});
