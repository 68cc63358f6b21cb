import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SipRequest } from '../messages/message.ts';
import { parseMessage } from '../messages/parse-message.ts';
import { requestBytes } from '../testing/example-messages.ts';
import type { Source } from '../transport/flow.ts';
import { type RegisterAnswer, Registrar } from './registrar.ts';

const NUMBER = '+15557770001';
const PASSWORD = 'correct horse';
const NET: Source = { transport: 'udp', address: '192.0.2.7', port: 5062 };
const URI = 'sip:198.51.100.1';
const HASHES: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256' };

const registrar = new Registrar({
  digest: {
    realm: 'here',
    password: PASSWORD,
    key: 'k',
    mustProve: ({ address }) => address !== '127.0.0.1',
  },
});

function register(authorization: string | undefined, source = NET, now = 1_000_000): RegisterAnswer {
  const headers = authorization === undefined ? [] : [`Authorization: ${authorization}`];
  const parts = { method: 'REGISTER', uri: URI, to: `To: <sip:${NUMBER}@198.51.100.1>`, headers };
  const result = parseMessage(requestBytes(parts));
  if (result.kind !== 'message' || !(result.message instanceof SipRequest)) throw new Error('bad REGISTER');
  return registrar.receive(result.message, source, now);
}

const challengesOf = ({ headers = [] }: RegisterAnswer) =>
  headers.flatMap(([name, value]) => (name === 'WWW-Authenticate' ? [value] : []));
const nonceOf = (answer: RegisterAnswer) => /nonce="([^"]+)"/.exec(challengesOf(answer)[0] ?? '')?.[1] ?? '';

/** A phone's Authorization value in response to a challenge. */
function proof(
  nonce: string,
  parts: Partial<Record<'user' | 'password' | 'algorithm' | 'qop' | 'realm', string>> = {},
) {
  const { user = NUMBER, password = PASSWORD, algorithm = 'MD5', realm = 'here', qop = 'auth' } = parts;
  const hash = (text: string) =>
    createHash(HASHES[algorithm] ?? 'md5')
      .update(text)
      .digest('hex');
  const middle = qop === '' ? nonce : `${nonce}:00000001:c:${qop}`;
  const response = hash(`${hash(`${user}:${realm}:${password}`)}:${middle}:${hash(`REGISTER:${URI}`)}`);
  const extra = qop === '' ? '' : `, qop=${qop}, nc=00000001, cnonce="c"`;
  return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${URI}", response="${response}", algorithm=${algorithm}${extra}`;
}

describe('registrar authentication (RFC 7616, RFC 8760)', () => {
  it('The registrar challenges with SHA-256 and MD5, the stronger first', () => {
    const answer = register(undefined);
    expect(answer.status).toBe(401);
    expect(challengesOf(answer)).toEqual([
      expect.stringMatching(/^Digest realm="here", nonce="[^"]+", algorithm=SHA-256, qop="auth"$/),
      expect.stringMatching(/^Digest realm="here", nonce="[^"]+", algorithm=MD5, qop="auth"$/),
    ]);
  });

  it('Sources that need no authentication are not challenged', () => {
    expect(register(undefined, { ...NET, address: '127.0.0.1' }).status).toBe(200);
    registrar.elapse(1_000_000 + 3_600_000);
  });

  it.each([
    { algorithm: 'SHA-256' },
    { algorithm: 'MD5' },
    { algorithm: 'MD5', qop: '' },
    { user: NUMBER.slice(1) },
  ])('Valid credentials are accepted: %o', (parts) => {
    expect(register(proof(nonceOf(register(undefined)), parts)).status).toBe(200);
  });

  it('The credentials of a repeated datagram are accepted again', () => {
    const right = proof(nonceOf(register(undefined)));
    expect([register(right).status, register(right).status]).toEqual([200, 200]);
  });

  it.each([
    { password: 'wrong' },
    { user: '+15557770002' },
    { realm: 'elsewhere' },
    { qop: 'auth-int' },
    { algorithm: 'SHA-1' },
  ])('Invalid credentials are refused: %o', (parts) => {
    const answer = register(proof(nonceOf(register(undefined)), parts));
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('the user name is the number');
  });

  it('A stale nonce is replaced, and an invalid one is refused', () => {
    const right = proof(nonceOf(register(undefined)));
    const old = register(right, NET, 1_000_000 + 300_001);
    expect([old.status, challengesOf(old)[0]]).toEqual([401, expect.stringContaining('stale=true')]);
    expect(register(right, { ...NET, address: '192.0.2.8' }).status).toBe(401);
    expect(register(proof('made.up')).status).toBe(401);
    expect(register('Digest nonsense').status).toBe(401);
    expect(register('Basic dXNlcjpwYXNz').status).toBe(401);
  });

  it('Repeated wrong passwords are refused, and the right one is accepted', () => {
    const one: Source = { ...NET, address: '192.0.2.8' };
    const other: Source = { ...NET, address: '192.0.2.9' };
    const tryOnce = (password: string, source = one, now = 1_000_000) =>
      register(proof(nonceOf(register(undefined, source, now)), { password }), source, now).status;
    const statuses = Array.from({ length: 12 }, () => tryOnce('wrong'));
    expect(statuses).toEqual([...Array(10).fill(401), 403, 403]);
    expect(tryOnce(PASSWORD)).toBe(200);
    expect(tryOnce('wrong', other)).toBe(401);
    expect(tryOnce('wrong', one, 1_000_000 + 60_000)).toBe(401);
  });
});
