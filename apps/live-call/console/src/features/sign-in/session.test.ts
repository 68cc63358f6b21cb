import { describe, expect, test } from 'vitest';
import { ScriptedClock } from '#testkit';
import { ApiFailure } from '../../server/failure.ts';
import { checkIdToken } from './issuer.ts';
import { Session } from './session.ts';

const issuer = { issuer: 'https://i', authorizationEndpoint: 'https://i/a', tokenEndpoint: 'https://i/t' };

/** A token endpoint that returns `token-2`, `token-3`, …; `refuse` makes it refuse. */
function endpoint() {
  const asked: URLSearchParams[] = [];
  const state = { refuse: false, down: false };
  const fetcher: typeof fetch = async (_address, init) => {
    if (state.down) throw new TypeError('no connection');
    asked.push(new URLSearchParams(String(init?.body)));
    if (state.refuse) return Response.json({ error: 'invalid_grant' }, { status: 400 });
    return Response.json({ access_token: `token-${asked.length + 1}`, expires_in: 600 });
  };
  return { asked, state, fetcher };
}

function sessionWith(fetcher: typeof fetch, clock: ScriptedClock, refreshToken?: string): Session {
  return new Session({
    person: { name: 'operator' },
    issuer,
    clientId: 'c',
    tokens: { accessToken: 'token-1', expiresIn: 600, ...(refreshToken ? { refreshToken } : {}) },
    clock,
    fetcher,
  });
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Session', () => {
  test('A token is renewed by itself a minute before it expires', async () => {
    const clock = new ScriptedClock();
    const { asked, fetcher } = endpoint();
    const session = sessionWith(fetcher, clock, 'refresh');
    clock.advance(539_000);
    await settled();
    expect(asked).toHaveLength(0);
    clock.advance(1_000);
    await settled();
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({
      grant_type: 'refresh_token',
      client_id: 'c',
      refresh_token: 'refresh',
    });
    expect(await session.accessToken()).toBe('token-2');
    clock.advance(540_000);
    await settled();
    expect(await session.accessToken()).toBe('token-3');
  });

  test('One renewal serves all requests that were refused', async () => {
    const { asked, fetcher } = endpoint();
    const session = sessionWith(fetcher, new ScriptedClock(), 'refresh');
    expect(await Promise.all([session.renew('token-1'), session.renew('token-1')])).toEqual([
      'token-2',
      'token-2',
    ]);
    expect(await session.renew('token-1')).toBe('token-2');
    expect(asked).toHaveLength(1);
  });

  test('A missing or refused refresh token signs the person out', async () => {
    const { state, fetcher } = endpoint();
    const bare = sessionWith(fetcher, new ScriptedClock());
    await expect(bare.renew('token-1')).rejects.toMatchObject({ failure: { kind: 'signed-out' } });
    state.refuse = true;
    const refused = sessionWith(fetcher, new ScriptedClock(), 'refresh');
    await expect(refused.renew('token-1')).rejects.toMatchObject({ failure: { kind: 'signed-out' } });
  });

  test('A lost network does not sign the person out', async () => {
    const { state, fetcher } = endpoint();
    const session = sessionWith(fetcher, new ScriptedClock(), 'refresh');
    state.down = true;
    await expect(session.renew('token-1')).rejects.toBeInstanceOf(ApiFailure);
    await expect(session.renew('token-1')).rejects.toMatchObject({ failure: { kind: 'network' } });
    state.down = false;
    expect(await session.renew('token-1')).toBe('token-2');
  });

  test('An expired token is renewed before use; closing stops the timer', async () => {
    const clock = new ScriptedClock();
    const { asked, fetcher } = endpoint();
    const session = sessionWith(fetcher, clock, 'refresh');
    session.close();
    clock.advance(700_000);
    expect(asked).toHaveLength(0);
    expect(await session.accessToken()).toBe('token-2');
    session.close();
    expect(clock.pending).toBe(0);
  });
});

describe('checkIdToken', () => {
  const expected = { issuer: 'https://i', clientId: 'c', nonce: 'n', nowMs: 1_000_000 };
  const claims = { iss: 'https://i', aud: 'c', nonce: 'n', exp: 2_000, sub: 's', email: 'jörg@example.com' };
  const jwt = (body: object) => `e30.${Buffer.from(JSON.stringify(body)).toString('base64url')}.`;

  test('An id token names the person', () => {
    expect(checkIdToken(jwt(claims), expected)).toEqual({ name: 'jörg@example.com' });
  });

  test.each([
    [{ iss: 'https://other' }, 'another issuer'],
    [{ aud: ['d'] }, 'another client'],
    [{ nonce: 'old' }, 'another sign-in'],
    [{ exp: 1 }, 'expired'],
  ])('An id token with %o is refused', (part, reason) => {
    expect(() => checkIdToken(jwt({ ...claims, ...part }), expected)).toThrow(reason);
  });

  test('A text that is no token is refused', () => {
    expect(() => checkIdToken('nonsense', expected)).toThrow('cannot be read');
  });
});
