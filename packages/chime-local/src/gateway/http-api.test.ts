import { createHmac, generateKeyPairSync } from 'node:crypto';
import { exportJWK, exportSPKI, importSPKI, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLog, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import type { HttpApi } from './gateway.ts';
import { createHttpApi, type FunctionResult } from './http-api.ts';
import { type Ask, serveForTest } from './test-client.ts';

const ISSUER = 'http://127.0.0.1:1/pool';
const PAGE = 'http://127.0.0.1:4280';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const clock = new ScriptedClock(1_790_000_000_000);
const nowSeconds = 1_790_000_000;

const authorizer = { authorizerId: 'a1', issuer: ISSUER, audience: ['client-1'] };
const api: HttpApi = {
  apiId: 'api1234567',
  accountId: '000000000000',
  region: 'us-east-1',
  cors: {
    allowOrigins: [PAGE],
    allowMethods: ['POST'],
    allowHeaders: ['authorization', 'content-type'],
    maxAgeSeconds: 600,
  },
  routes: [
    { routeKey: 'POST /open', functionArn: 'open' },
    { routeKey: 'POST /closed', functionArn: 'closed', authorizer },
    { routeKey: 'POST /scoped', functionArn: 'scoped', authorizer, scopes: ['calls/read', 'calls/write'] },
    { routeKey: 'ANY /files/{name}', functionArn: 'files' },
    { routeKey: 'POST /rare', functionArn: 'rare' },
  ],
  routeThrottles: { 'POST /rare': { rateLimit: 1, burstLimit: 1 } },
};

let ask: Ask;
let close = (): void => {};
let invoked: { functionArn: string; event: Record<string, unknown> }[] = [];
let result: () => Promise<FunctionResult>;
let mayInvoke: (functionArn: string, sourceArn: string) => boolean = () => true;

beforeAll(async () => {
  const publicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const gateway = createHttpApi(api, {
    invoke: (functionArn, payload) => {
      invoked.push({ functionArn, event: JSON.parse(payload) });
      return result();
    },
    mayInvoke: (functionArn, sourceArn) => mayInvoke(functionArn, sourceArn),
    keySet: async (issuer) => (issuer === ISSUER ? { keys: [publicJwk] } : undefined),
    clock,
    ids: systemIds,
    log: silentLog,
  });
  const served = await serveForTest((request, response) => {
    void gateway.handle(request, response, request.url ?? '/');
  });
  ask = served.ask;
  close = served.close;
});
afterAll(() => close());
beforeEach(() => {
  invoked = [];
  result = async () => ({ payload: '{"ok":true}' });
});

interface TokenChange {
  claims?: Record<string, unknown>;
  key?: typeof pair.privateKey;
  kid?: string;
}

function tokenWith({ claims = {}, key = pair.privateKey, kid = 'k1' }: TokenChange = {}): Promise<string> {
  const all = {
    iss: ISSUER,
    client_id: 'client-1',
    scope: 'calls/write',
    iat: nowSeconds - 5,
    exp: nowSeconds + 60,
  };
  return new SignJWT({ ...all, ...claims }).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the authorizer', () => {
  test('A valid token is accepted with or without "Bearer"', async () => {
    const token = await tokenWith();
    for (const authorization of [`Bearer ${token}`, token]) {
      expect((await ask('POST', '/scoped', { authorization })).status).toBe(200);
    }
    const context = invoked[0]?.event.requestContext as Record<string, unknown>;
    expect(context.authorizer).toEqual({
      jwt: {
        claims: expect.objectContaining({ iss: ISSUER, client_id: 'client-1', exp: String(nowSeconds + 60) }),
        scopes: ['calls/write'],
      },
    });
  });

  test.each<[string, TokenChange]>([
    ['expired', { claims: { exp: nowSeconds } }],
    ['without an end', { claims: { exp: undefined } }],
    ['not yet good', { claims: { nbf: nowSeconds + 5 } }],
    ['issued in the future', { claims: { iat: nowSeconds + 60 } }],
    ['of another issuer', { claims: { iss: 'http://127.0.0.1:1/other' } }],
    ['for another client', { claims: { client_id: 'client-2' } }],
    ['whose aud is another, though client_id fits', { claims: { aud: 'client-2' } }],
    ['of a key that the issuer does not have', { kid: 'k2' }],
    ['signed by a stranger', { key: stranger.privateKey }],
  ])('A bad token is refused: %s', async (_what, change) => {
    const answer = await ask('POST', '/closed', { authorization: `Bearer ${await tokenWith(change)}` });
    expect([answer.status, answer.text]).toEqual([401, '{"message":"Unauthorized"}']);
    expect(answer.headers['www-authenticate']).toMatch(
      /^Bearer scope="" error="invalid_token" error_description="/,
    );
    expect(invoked).toEqual([]);
  });

  test('Missing, HS256-signed, altered and nonsensical tokens are refused', async () => {
    const [head = '', , signature = ''] = (await tokenWith()).split('.');
    const claims = base64url({ iss: ISSUER, client_id: 'client-1', exp: nowSeconds + 60 });
    const hmacHead = base64url({ alg: 'HS256', kid: 'k1' });
    const pem = await exportSPKI(
      await importSPKI(String(pair.publicKey.export({ type: 'spki', format: 'pem' })), 'RS256'),
    );
    const mac = createHmac('sha256', pem).update(`${hmacHead}.${claims}`).digest('base64url');
    const forged = [
      `${base64url({ alg: 'none', kid: 'k1' })}.${claims}.`,
      `${base64url({ alg: 'none', kid: 'k1' })}.${claims}.AA`,
      `${hmacHead}.${claims}.${mac}`,
      `${head}.${claims}.${signature}`,
      'x',
      '',
      `${'a'.repeat(9000)}.b.c`,
    ];
    for (const token of forged) {
      expect(
        (await ask('POST', '/closed', { authorization: `Bearer ${token}` })).status,
        token.slice(0, 40),
      ).toBe(401);
    }
    const without = await ask('POST', '/closed');
    expect([without.status, without.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(invoked).toEqual([]);
  });

  test('A cached token is refused from the second it expires', async () => {
    const authorization = await tokenWith({ claims: { exp: nowSeconds + 10, iat: nowSeconds - 1 } });
    expect((await ask('POST', '/closed', { authorization })).status).toBe(200);
    clock.advance(10_000);
    expect((await ask('POST', '/closed', { authorization })).status).toBe(401);
    clock.advance(-10_000);
  });

  test('A token without one of the scopes gets 403', async () => {
    const authorization = await tokenWith({ claims: { scope: 'openid calls' } });
    const answer = await ask('POST', '/scoped', { authorization });
    expect([answer.status, answer.text]).toEqual([403, '{"message":"Forbidden"}']);
    expect(answer.headers['www-authenticate']).toContain('insufficient_scope');
  });
});

describe('the event', () => {
  test('The event has the members of format 2.0', async () => {
    const headers = { 'Content-Type': 'application/json', 'X-Two': ['a', 'b'], Cookie: 'one=1; two=2' };
    await ask('POST', '/files/a%20b?x=1&x=2&y=%C3%BC', headers, '{"a":1}');
    expect(invoked[0]).toMatchObject({
      functionArn: 'files',
      event: {
        version: '2.0',
        routeKey: 'ANY /files/{name}',
        rawPath: '/files/a b',
        rawQueryString: 'x=1&x=2&y=%C3%BC',
        cookies: ['one=1', 'two=2'],
        headers: { 'content-type': 'application/json', 'x-two': 'a,b', 'x-forwarded-for': '127.0.0.1' },
        queryStringParameters: { x: '1,2', y: 'ü' },
        pathParameters: { name: 'a b' },
        body: '{"a":1}',
        isBase64Encoded: false,
        requestContext: {
          accountId: '000000000000',
          apiId: 'api1234567',
          http: { method: 'POST', path: '/files/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
          routeKey: 'ANY /files/{name}',
          stage: '$default',
          time: '21/Sep/2026:14:13:20 +0000',
          timeEpoch: 1_790_000_000_000,
        },
      },
    });
    expect(invoked[0]?.event.headers).not.toHaveProperty('cookie');
  });

  test('Binary bodies are passed as base64', async () => {
    const bytes = Buffer.from([0, 255, 128]);
    await ask('POST', '/open', { 'content-type': 'audio/wav' }, bytes);
    expect(invoked[0]?.event).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true });
  });
});

describe('the answer', () => {
  test.each([
    ['{"a":1}', 200, '{"a":1}', 'application/json'],
    ['"text"', 200, '"text"', 'application/json'],
    ['{"statusCode":202,"body":"x"}', 202, 'x', 'text/plain;charset=UTF-8'],
    ['{"statusCode":"404","headers":{"Content-Type":"a/b"},"body":"x"}', 404, 'x', 'a/b'],
    ['{"statusCode":200,"isBase64Encoded":true,"body":"aGk="}', 200, 'hi', 'text/plain;charset=UTF-8'],
    ['{"statusCode":200,"body":{}}', 500, '{"message":"Internal Server Error"}', 'application/json'],
    ['{"statusCode":99}', 500, '{"message":"Internal Server Error"}', 'application/json'],
    [
      '{"statusCode":200,"headers":{"x":"a\\r\\nb: c"}}',
      500,
      '{"message":"Internal Server Error"}',
      'application/json',
    ],
    ['no json', 500, '{"message":"Internal Server Error"}', 'application/json'],
  ])('The payload %s becomes %i %s', async (payload, status, text, type) => {
    result = async () => ({ payload });
    const answer = await ask('POST', '/open');
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([status, text, type]);
  });

  test('Cookies become Set-Cookie headers', async () => {
    result = async () => ({ payload: '{"statusCode":200,"cookies":["a=1","b=2; Secure"]}' });
    expect((await ask('POST', '/open')).headers['set-cookie']).toEqual(['a=1', 'b=2; Secure']);
  });

  test('A function whose policy forbids the gateway is not invoked', async () => {
    const asked: string[] = [];
    mayInvoke = (functionArn, sourceArn) => asked.push(`${functionArn} ${sourceArn}`) < 0;
    const refused = await ask('POST', '/open');
    mayInvoke = () => true;
    expect([refused.status, invoked.length]).toEqual([500, 0]);
    expect(asked).toEqual(['open arn:aws:execute-api:us-east-1:000000000000:api1234567/$default/POST/open']);
  });

  test('A failed function is answered 500, a throttled or slow one 503', async () => {
    result = async () => ({ payload: '{"errorMessage":"secret"}', functionError: 'Unhandled' });
    expect(await ask('POST', '/open')).toMatchObject({
      status: 500,
      text: '{"message":"Internal Server Error"}',
    });
    result = () => Promise.reject(Object.assign(new Error('Rate Exceeded.'), { statusCode: 429 }));
    expect((await ask('POST', '/open')).status).toBe(503);
    result = () => {
      setImmediate(() => clock.advance(30_000));
      return new Promise(() => {});
    };
    expect(await ask('POST', '/open')).toMatchObject({
      status: 503,
      text: '{"message":"Service Unavailable"}',
    });
    clock.advance(-30_000);
    expect(clock.pending).toBe(0);
  });

  test('Unknown routes get 404, bodies above 10 MB 413, bad percent-encoding 400', async () => {
    expect(await ask('GET', '/open')).toMatchObject({ status: 404, text: '{"message":"Not Found"}' });
    expect((await ask('POST', '/open', {}, Buffer.alloc(10 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await ask('POST', '/%zz')).status).toBe(400);
    expect(invoked).toEqual([]);
  });
});

describe('the throttle', () => {
  test('Requests beyond the burst get 429 with CORS headers', async () => {
    expect((await ask('POST', '/rare')).status).toBe(200);
    const refused = await ask('POST', '/rare', { origin: PAGE });
    expect([refused.status, refused.text]).toEqual([429, '{"message":"Too Many Requests"}']);
    expect(refused.headers['access-control-allow-origin']).toBe(PAGE);
    expect(invoked).toHaveLength(1);
    clock.advance(1_000);
    expect((await ask('POST', '/rare')).status).toBe(200);
    clock.advance(-1_000);
  });
});

describe('CORS', () => {
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  };

  test('The gateway answers preflights of the page’s origin only', async () => {
    const good = await ask('OPTIONS', '/closed', { ...preflight, origin: PAGE });
    expect(good).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': PAGE,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization,content-type',
        'access-control-max-age': '600',
      },
    });
    for (const origin of ['http://evil.example', `${PAGE}.evil.example`, 'null']) {
      const bad = await ask('OPTIONS', '/closed', { ...preflight, origin });
      expect(bad.status).toBe(204);
      expect(Object.keys(bad.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    expect(invoked).toEqual([]);
  });

  test('Errors carry CORS headers, and the function’s own are replaced', async () => {
    expect((await ask('POST', '/closed', { origin: PAGE })).headers['access-control-allow-origin']).toBe(
      PAGE,
    );
    result = async () => ({
      payload:
        '{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*","Access-Control-Expose-Headers":"x"}}',
    });
    const page = await ask('POST', '/open', { origin: PAGE });
    expect(page.headers['access-control-allow-origin']).toBe(PAGE);
    expect(page.headers).not.toHaveProperty('access-control-expose-headers');
    const other = await ask('POST', '/open', { origin: 'http://evil.example' });
    expect(other.headers).not.toHaveProperty('access-control-allow-origin');
  });
});
