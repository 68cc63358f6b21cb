import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  causeTone,
  endedUpdate,
  hears,
  hzOf,
  join,
  type LoggedStack,
  plantTones,
  type RunningStack,
  rowOf,
  rowsGone,
  sendUpdate,
  startLoggedStack,
  waitForTone,
} from '#testkit';

const ROUTES = ['/updateCallNode', '/updateCallPython'] as const;
const OTHERS = ['/queryMeetings', '/createMeeting', '/joinMeeting', '/setAttendeeAudio', '/removeAttendee'];
const CALLER = '+15557775001';
const HOUR_SECONDS = 3600;

let logged: LoggedStack;
let stack: RunningStack;

beforeAll(async () => {
  logged = await startLoggedStack();
  stack = logged.stack;
  await plantTones(stack);
});

afterAll(async () => {
  await logged?.stop();
});

const goodToken = (): string => stack.endpoints.apiAuthorization.replace(/^Bearer /, '');

/** The valid token's claims, changed and signed: with the issuer's own key or with another one. */
async function token(changes: Record<string, unknown>, own = true): Promise<string> {
  const { privateKey } = JSON.parse(readFileSync(path.join(logged.data, 'issuer-key.json'), 'utf8'));
  const key = own ? await importJWK(privateKey, 'RS256') : (await generateKeyPair('RS256')).privateKey;
  const { kid } = decodeProtectedHeader(goodToken());
  const claims = { ...decodeJwt(goodToken()), ...changes };
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', ...(kid ? { kid } : {}) }).sign(key);
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a stranger', () => {
  const strangers: [string, () => string | null | Promise<string>][] = [
    ['without a token', () => null],
    ['with a word for a token', () => 'Bearer open-sesame'],
    ['with a password', () => `Basic ${Buffer.from('admin:admin').toString('base64')}`],
    [
      'with a token that is not signed',
      () => `Bearer ${base64({ alg: 'none' })}.${base64(decodeJwt(goodToken()))}.`,
    ],
    ['with a token that somebody else signed', async () => `Bearer ${await token({}, false)}`],
    [
      'with a token that has expired',
      async () => `Bearer ${await token({ exp: Math.floor(Date.now() / 1000) - HOUR_SECONDS })}`,
    ],
    ['with a token of another issuer', async () => `Bearer ${await token({ iss: 'https://example.com' })}`],
    [
      'with a token for another application',
      async () => `Bearer ${await token({ client_id: 'another', aud: 'another' })}`,
    ],
    [
      'with changed claims under a good signature',
      () => {
        const [header, , signature] = goodToken().split('.');
        return `Bearer ${header}.${base64({ ...decodeJwt(goodToken()), sub: 'x' })}.${signature}`;
      },
    ],
  ];

  it('An untouched token would let a stranger in', async () => {
    const untouched = `Bearer ${await token({})}`;
    expect((await stack.post('/queryMeetings', {}, untouched)).status).toBe(200);
  });

  it.each(strangers)('%s is refused by every route', async (_who, make) => {
    const authorization = await make();
    for (const route of [...ROUTES, ...OTHERS]) {
      expect(await stack.post(route, {}, authorization)).toEqual({
        status: 401,
        body: { message: 'Unauthorized' },
      });
    }
    const headers = authorization ? { authorization } : undefined;
    const activity = await fetch(new URL('/activity', stack.endpoints.api), headers ? { headers } : {});
    expect(activity.status).toBe(401);
  });

  it('An unsigned request to the emulated AWS is refused', async () => {
    const { awsEndpoint, sipMediaApplicationId } = stack.endpoints;
    const url = `${awsEndpoint}/sip-media-applications/${sipMediaApplicationId}/calls/${randomUUID()}`;
    expect((await fetch(url, { method: 'POST', body: '{"Arguments":{}}' })).status).toBe(403);
  });
});

describe.each(ROUTES)('POST %s', (route) => {
  const transactionId = randomUUID();
  const malformed: [string, unknown, string][] = [
    ['no body', '', 'body'],
    ['no JSON', '{"transactionId":', 'body'],
    ['a list', [], 'body'],
    ['no call', { updateInfo: 'PlayAudio' }, 'transactionId'],
    ['a call that is no id', { transactionId: '../1', updateInfo: 'PlayAudio' }, 'transactionId'],
    ['a call that is no text', { transactionId: 7, updateInfo: 'PlayAudio' }, 'transactionId'],
    ['no update', { transactionId }, 'updateInfo'],
    ['an unknown update', { transactionId, updateInfo: 'Explode' }, 'updateInfo'],
    ['a prompt outside the bucket', { transactionId, updateInfo: 'PlayAudio', prompt: '../x' }, 'prompt'],
    ['nothing to speak', { transactionId, updateInfo: 'Speak', text: ' ' }, 'text'],
    ['too much to speak', { transactionId, updateInfo: 'Speak', text: 'a'.repeat(1001) }, 'text'],
    ['a body beyond all measure', { transactionId, text: 'a'.repeat(100_000) }, 'body'],
  ];

  it('A malformed body is answered with what is wrong', async () => {
    for (const [what, body, field] of malformed) {
      const answer = await stack.post(route, body);
      expect([what, answer]).toMatchObject([
        what,
        { status: 400, body: { error: { code: 'BadRequest', field, message: expect.any(String) } } },
      ]);
    }
  });

  it('An unknown call is answered as not found', async () => {
    const answer = await stack.post(route, { transactionId, updateInfo: 'MuteAttendee' });
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'CallNotFound' } } });
  });
});

describe('operators', () => {
  it('Two operators at once each learn the truth; the last is heard', async () => {
    const phone = await join(stack, CALLER);
    const { transactionId } = await rowOf(stack, CALLER);
    for (const [one, other] of [
      ['Node', 'Python'],
      ['Python', 'Node'],
    ] as const) {
      const [long, short] = await Promise.all([
        sendUpdate(stack, one, { transactionId, updateInfo: 'PlayAudio', prompt: 'test-long.wav' }),
        sendUpdate(stack, other, { transactionId, updateInfo: 'PlayAudio', prompt: 'announcement.wav' }),
      ]);
      const announced = await endedUpdate(stack, short);
      const longEnded = async () =>
        (await stack.queryMeetings()).Updates.find(({ updateId }) => updateId === long)?.status;
      if ((await longEnded()) === 'interrupted') expect(announced.status).toBe('done');
      else {
        expect(['interrupted', 'done']).toContain(announced.status);
        await waitForTone(phone, hzOf('test-long.wav'));
      }
      const last = await causeTone(phone, hzOf('test-short.wav'), () =>
        sendUpdate(stack, one, { transactionId, updateInfo: 'PlayAudio', prompt: 'test-short.wav' }),
      );
      expect(await endedUpdate(stack, last)).toMatchObject({ status: 'done' });
      expect(await endedUpdate(stack, long)).toMatchObject({ status: 'interrupted' });
      expect(hears(phone, hzOf('test-long.wav'))).toBe(false);
    }
    await phone.hangUp();
    await rowsGone(stack, CALLER);
    for (const route of ROUTES) {
      const late = await stack.post(route, { transactionId, updateInfo: 'UnmuteAttendee' });
      expect(late).toMatchObject({ status: 404, body: { error: { code: 'CallNotFound' } } });
    }
  });
});
