import { describe, expect, test } from 'vitest';
import { authorizeUrl, challengeOf, createAttempt, readReturn } from './pkce.ts';

const attempt = { state: 'S', nonce: 'N', verifier: 'V' };

describe('code and PKCE', () => {
  test('The challenge is that of RFC 7636 appendix B', async () => {
    expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  test('Each sign-in has a new verifier of the length in RFC 7636', () => {
    const [one, other] = [createAttempt(), createAttempt()];
    expect(one.verifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(new Set([one.state, one.nonce, one.verifier, other.state, other.nonce, other.verifier]).size).toBe(
      6,
    );
  });

  test('The authorize address has what the issuer needs and its own query', () => {
    const request = { clientId: 'c', redirectUri: 'https://p.example/', attempt, challenge: 'X' };
    const url = new URL(authorizeUrl('https://i.example/a?pool=1', request));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      pool: '1',
      response_type: 'code',
      client_id: 'c',
      redirect_uri: 'https://p.example/',
      scope: 'openid email',
      state: 'S',
      nonce: 'N',
      code_challenge: 'X',
      code_challenge_method: 'S256',
    });
    expect(url.href).not.toContain('V');
  });

  test.each([
    ['', attempt, { kind: 'none' }],
    ['?code=C&state=S', attempt, { kind: 'code', code: 'C' }],
  ])('The redirect query %s is understood', (query, kept, expected) => {
    expect(readReturn(query, kept)).toEqual(expected);
  });

  test.each([
    ['?code=C&state=other', attempt, 'does not belong to this tab'],
    ['?code=C', attempt, 'does not belong to this tab'],
    ['?code=C&state=S', undefined, 'does not belong to this tab'],
    ['?error=access_denied&error_description=No&state=S', attempt, 'access_denied: No'],
  ])('The redirect query %s is refused', (query, kept, reason) => {
    expect(readReturn(query, kept)).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });
});
