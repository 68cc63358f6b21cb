import { describe, expect, it } from 'vitest';
import { TokenBucket } from '#platform';
import { parseMessage, SipRequest } from '#sip';
import { applicationHeaders } from './application-headers.ts';
import { calledParty, callingParty, normaliseUser } from './identity.ts';

function invite(parts: { uri?: string; from?: string; to?: string; headers?: string[] }): SipRequest {
  const lines = [
    `INVITE ${parts.uri ?? 'sip:+15551230000@127.0.0.1'} SIP/2.0`,
    'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1',
    `From: ${parts.from ?? '<sip:+15557770001@127.0.0.1>'};tag=1`,
    `To: ${parts.to ?? '<sip:+15551230000@127.0.0.1>'}`,
    'Call-ID: 1',
    'CSeq: 1 INVITE',
    'Contact: <sip:a@127.0.0.1>',
    ...(parts.headers ?? []),
    '',
    '',
  ];
  const result = parseMessage(Buffer.from(lines.join('\r\n')));
  if (result.kind !== 'message' || !(result.message instanceof SipRequest)) throw new Error('bad example');
  return result.message;
}

describe('the normalisation of numbers', () => {
  it.each([
    ['+15551230000', '+15551230000'],
    ['15551230000', '+15551230000'],
    ['12345678', '+12345678'],
    ['1234567', '1234567'],
    ['1234567890123456', '1234567890123456'],
    ['+1-555-123-0000', '+15551230000'],
    ['%2B1(555)123.0000', '+15551230000'],
    ['+15551230000;phone-context=example.com', '+15551230000'],
    ['alice', 'alice'],
    ['a.b-c', 'a.b-c'],
    ['100%', '100%'],
    ['a%0d%0A%1b[2J', 'a%0D%0A%1B[2J'],
    ['a\u001bb', 'a%1Bb'],
  ])('%s becomes %s', (user, number) => expect(normaliseUser(user)).toBe(number));

  it('The called party is in the Request-URI, else in To', () => {
    expect(calledParty(invite({ uri: 'tel:+1-555-123-0000', to: '<sip:x@y>' }))).toBe('+15551230000');
    expect(calledParty(invite({ uri: 'sip:127.0.0.1', to: '<sip:15551230000@y>' }))).toBe('+15551230000');
    expect(calledParty(invite({ uri: 'sip:pbx.example.com', to: '<sip:y>' }))).toBe('pbx.example.com');
  });
});

describe('the caller (RFC 3323, RFC 3325)', () => {
  const anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>';
  const asserted = 'P-Asserted-Identity: "Cullen" <sip:+14085264000@example.com>';
  it.each<[string, string | undefined, string[], string]>([
    ['From', undefined, [], '+15557770001'],
    ['From, though another is asserted', undefined, [asserted], '+15557770001'],
    ['anonymous', anonymous, [], 'anonymous'],
    ['anonymous by user', '<sip:Anonymous@example.com>', [], 'anonymous'],
    ['the asserted number when From is anonymous', anonymous, [asserted], '+14085264000'],
    ['the asserted tel number', anonymous, ['P-Asserted-Identity: tel:+14085264000'], '+14085264000'],
    ['the asserted number with Privacy: none', anonymous, [asserted, 'Privacy: none'], '+14085264000'],
    ['anonymous with Privacy: id', anonymous, [asserted, 'Privacy: id'], 'anonymous'],
    ['anonymous with Privacy: header;id', anonymous, [asserted, 'Privacy: header;id'], 'anonymous'],
    ['anonymous with Privacy: user, whatever From says', undefined, ['Privacy: user'], 'anonymous'],
    ['a name', '<sip:alice@example.com>', [], 'alice'],
    ['a host without user', '<sip:gw.example.com>', [], 'gw.example.com'],
  ])('The caller is %s', (_name, from, headers, expected) => {
    expect(callingParty(invite(from === undefined ? { headers } : { from, headers }))).toBe(expected);
  });
});

describe("the application's headers", () => {
  it('Headers x-, User-to-User and Diversion are passed on', () => {
    const headers = ['X-One: 1', 'x-two: 2', 'X-ONE: 3', 'Diversion: <sip:a@b>', 'Subject: no'];
    expect(applicationHeaders(invite({ headers }))).toEqual({
      headers: { 'X-One': '1, 3', 'x-two': '2', Diversion: '<sip:a@b>' },
      left: 0,
    });
    expect(applicationHeaders(invite({})).headers).toBeUndefined();
  });

  it('Headers that are too long or too many are dropped and counted', () => {
    const long = applicationHeaders(invite({ headers: [`X-Long: ${'y'.repeat(2_049)}`, 'X-A: 1'] }));
    expect(long).toEqual({ headers: { 'X-A': '1' }, left: 1 });
    const many = applicationHeaders(invite({ headers: Array.from({ length: 25 }, (_, i) => `X-${i}: 1`) }));
    expect(Object.keys(many.headers!)).toHaveLength(20);
    expect(many.left).toBe(5);
  });
});

describe('the token bucket', () => {
  it('A token bucket admits the burst at once, then the rate', () => {
    const bucket = new TokenBucket(2, 3);
    expect([1, 2, 3, 4].map(() => bucket.take(1_000))).toEqual([true, true, true, false]);
    expect(bucket.take(1_500)).toBe(true);
    expect(bucket.take(1_500)).toBe(false);
    expect([1, 2, 3, 4].map(() => bucket.take(99_000))).toEqual([true, true, true, false]);
    // A clock that was set back neither fills nor drains the bucket.
    expect(bucket.take(50_000)).toBe(false);
  });
});
