import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import type { IssuerClient, LocalIssuer } from './gateway.ts';
import { createLocalIssuer } from './issuer.ts';
import { type Ask, serveForTest, type TestAnswer } from './test-client.ts';

const PAGE = 'http://127.0.0.1:4280/';
const CLIENTS: IssuerClient[] = [
  { clientId: 'page', callbackUrls: [PAGE], logoutUrls: [PAGE], scopes: ['openid', 'calls/write'] },
  { clientId: 'other', callbackUrls: ['http://127.0.0.1:9/'], logoutUrls: [], scopes: ['openid'] },
];
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const clock = new ScriptedClock(1_790_000_000_000);

let dataDir = '';
let issuer: LocalIssuer;
let ask: Ask;
let host = '';
let close = (): void => {};

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'issuer-'));
  const served = await serveForTest((request, response) => {
    void issuer.handle(request, response).then((ours) => ours || response.writeHead(418).end());
  });
  ({ ask, close } = served);
  host = `127.0.0.1:${served.port}`;
  issuer = await createLocalIssuer({
    issuerUrl: `http://${host}/cognito/pool`,
    clients: () => CLIENTS,
    dataDir,
    clock,
    log: silentLog,
  });
});
afterAll(async () => {
  close();
  await rm(dataDir, { recursive: true, force: true });
});

const GOOD = {
  response_type: 'code',
  client_id: 'page',
  redirect_uri: PAGE,
  scope: 'openid calls/write',
  state: 's&1',
  nonce: 'n1',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

const authorize = (change: Record<string, string> = {}, headers = {}): Promise<TestAnswer> =>
  ask('GET', `/cognito/pool/oauth2/authorize?${new URLSearchParams({ ...GOOD, ...change })}`, headers);

async function freshCode(): Promise<string> {
  const { headers } = await authorize();
  return new URL(headers.location ?? '').searchParams.get('code') ?? '';
}

const redeem = (form: Record<string, string>, headers = {}): Promise<TestAnswer> =>
  ask('POST', '/cognito/pool/oauth2/token', { ...FORM, ...headers }, String(new URLSearchParams(form)));

const codeForm = (code: string): Record<string, string> => ({
  grant_type: 'authorization_code',
  client_id: 'page',
  redirect_uri: PAGE,
  code,
  code_verifier: VERIFIER,
});

describe('signing in', () => {
  test('Signing in ends at the page with a code that yields tokens', async () => {
    const { status, headers } = await authorize();
    expect([status, headers['cache-control'], headers['x-frame-options']]).toEqual([302, 'no-store', 'DENY']);
    const location = new URL(headers.location ?? '');
    expect([location.origin + location.pathname, location.searchParams.get('state')]).toEqual([PAGE, 's&1']);

    const answer = await redeem(codeForm(location.searchParams.get('code') ?? ''), {
      origin: new URL(PAGE).origin,
    });
    expect(answer.headers['access-control-allow-origin']).toBe(new URL(PAGE).origin);
    const tokens = JSON.parse(answer.text);
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    const keys = createLocalJWKSet(issuer.keySet() as unknown as JSONWebKeySet);
    const now = { issuer: issuer.issuer, currentDate: new Date(clock.now()), algorithms: ['RS256'] };
    const access = await jwtVerify(tokens.access_token, keys, now);
    expect(access.payload).toMatchObject({
      client_id: 'page',
      token_use: 'access',
      scope: 'openid calls/write',
      username: 'operator',
      iat: 1_790_000_000,
      exp: 1_790_003_600,
    });
    expect(access.payload.aud).toBeUndefined();
    const identity = await jwtVerify(tokens.id_token, keys, { ...now, audience: 'page' });
    expect(identity.payload).toMatchObject({ token_use: 'id', nonce: 'n1', sub: access.payload.sub });

    const refreshed = await redeem({
      grant_type: 'refresh_token',
      client_id: 'page',
      refresh_token: tokens.refresh_token,
    });
    expect(decodeJwt(JSON.parse(refreshed.text).access_token)).toMatchObject({ token_use: 'access' });
    const thief = await redeem({
      grant_type: 'refresh_token',
      client_id: 'other',
      refresh_token: tokens.refresh_token,
    });
    expect([thief.status, JSON.parse(thief.text).error]).toEqual([400, 'invalid_grant']);
  });

  test('Discovery document and key set agree with the tokens', async () => {
    const discovery = JSON.parse((await ask('GET', '/cognito/pool/.well-known/openid-configuration')).text);
    expect(discovery.issuer).toBe(issuer.issuer);
    const keySet = JSON.parse((await ask('GET', new URL(discovery.jwks_uri).pathname)).text);
    expect(keySet).toEqual(issuer.keySet());
    expect(Object.keys(keySet.keys[0]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  test.each([
    ['another address', { redirect_uri: 'http://127.0.0.1:4280/x' }],
    ['an address that only begins alike', { redirect_uri: `${PAGE}?x=1` }],
    ['no address', { redirect_uri: '' }],
    ['another client’s address', { redirect_uri: 'http://127.0.0.1:9/' }],
    ['an unknown client', { client_id: 'nobody' }],
  ])('%s is refused without a redirect', async (_what, change) => {
    const answer = await authorize(change);
    expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
  });

  test.each([
    ['no PKCE', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['PKCE plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['a scope it may not have', { scope: 'openid admin' }, 'invalid_scope'],
  ])('%s redirects back with an error and the state', async (_what, change, error) => {
    const location = new URL((await authorize(change)).headers.location ?? '');
    expect([location.searchParams.get('error'), location.searchParams.get('state')]).toEqual([error, 's&1']);
    expect(location.searchParams.has('code')).toBe(false);
  });
});

describe('refusals of the issuer', () => {
  const error = (answer: TestAnswer) => [answer.status, JSON.parse(answer.text).error];

  test('A code is valid once; a second use revokes the refresh token', async () => {
    const code = await freshCode();
    const first = JSON.parse((await redeem(codeForm(code))).text);
    expect(error(await redeem(codeForm(code)))).toEqual([400, 'invalid_grant']);
    const refresh = { grant_type: 'refresh_token', client_id: 'page', refresh_token: first.refresh_token };
    expect(error(await redeem(refresh))).toEqual([400, 'invalid_grant']);
  });

  test('A wrong verifier, address or client, or an old code, is refused', async () => {
    const wrong: Record<string, string>[] = [
      { code_verifier: 'w'.repeat(43) },
      { redirect_uri: 'http://127.0.0.1:9/' },
      { client_id: 'other' },
    ];
    for (const change of wrong) {
      expect(error(await redeem({ ...codeForm(await freshCode()), ...change }))).toEqual([
        400,
        'invalid_grant',
      ]);
    }
    const guessed = await freshCode();
    await redeem({ ...codeForm(guessed), code_verifier: 'w'.repeat(43) });
    expect(error(await redeem(codeForm(guessed)))).toEqual([400, 'invalid_grant']);
    const old = await freshCode();
    clock.advance(60_000);
    expect(error(await redeem(codeForm(old)))).toEqual([400, 'invalid_grant']);
  });

  test('Another host name, and another site’s frame or script, are refused', async () => {
    expect((await authorize({}, { host: `evil.example:${host.split(':')[1]}` })).status).toBe(403);
    const from = (site: string, mode: string, dest: string) =>
      authorize({}, { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest });
    expect((await from('cross-site', 'navigate', 'iframe')).status).toBe(403);
    expect((await from('same-site', 'cors', 'empty')).status).toBe(403);
    expect((await from('cross-site', 'no-cors', 'image')).status).toBe(403);
    expect((await from('cross-site', 'navigate', 'document')).status).toBe(302);
    expect((await from('same-origin', 'cors', 'empty')).status).toBe(302);
  });

  test('Pages of other origins get no tokens; malformed bodies are refused', async () => {
    const code = await freshCode();
    const evil = await redeem(codeForm(code), { origin: 'http://evil.example' });
    expect([evil.status, evil.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    expect((await redeem({ ...codeForm(code), extra: 'x'.repeat(9000) })).status).toBe(413);
    expect(error(await redeem(codeForm(code), { 'content-type': 'application/json' }))).toEqual([
      400,
      'invalid_request',
    ]);
    expect(error(await redeem({ grant_type: 'password', client_id: 'page' }))).toEqual([
      400,
      'unsupported_grant_type',
    ]);
  });

  test('Signing out redirects to a registered address only', async () => {
    const out = (uri: string) =>
      ask('GET', `/cognito/pool/logout?${new URLSearchParams({ client_id: 'page', logout_uri: uri })}`);
    expect((await out(PAGE)).headers.location).toBe(PAGE);
    expect((await out('http://evil.example/')).status).toBe(400);
  });

  test('Other paths are not the issuer’s, or are not found', async () => {
    expect((await ask('GET', '/cognito/poolx/oauth2/authorize')).status).toBe(418);
    expect((await ask('GET', '/cognito/pool/../../x')).status).toBe(418);
    expect((await ask('GET', '/cognito/pool/x')).status).toBe(404);
    expect((await ask('DELETE', '/cognito/pool/oauth2/token')).status).toBe(404);
  });
});

test('The key survives a restart and only its owner can read it', async () => {
  const path = join(dataDir, 'issuer-key.json');
  await chmod(path, 0o644);
  const again = await createLocalIssuer({
    issuerUrl: issuer.issuer,
    clients: () => CLIENTS,
    dataDir,
    clock,
    log: silentLog,
  });
  expect(again.keySet()).toEqual(issuer.keySet());
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('Scripts get tokens of registered clients only', async () => {
  expect(decodeJwt(await issuer.mint('page', 30))).toMatchObject({
    client_id: 'page',
    exp: clock.now() / 1000 + 30,
  });
  await expect(issuer.mint('nobody', 30)).rejects.toThrow('No client nobody is registered');
});
