import { describe, expect, test } from 'vitest';
import { ScriptedClock } from '#testkit';
import { createApi } from './api.ts';
import { adviceFor, failureFrom, worthRetrying } from './failure.ts';

const tokens = { accessToken: async () => 'old', renew: async () => 'new' };

describe('the API', () => {
  test('A request carries the token and the body', async () => {
    const asked: [string, RequestInit | undefined][] = [];
    const api = createApi('https://a', tokens, new ScriptedClock(), async (address, init) => {
      asked.push([String(address), init]);
      return Response.json({ ok: 1 });
    });
    expect(await api.post('/x', { a: 1 })).toEqual({ ok: 1 });
    expect(asked[0]?.[0]).toBe('https://a/x');
    expect(asked[0]?.[1]).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      headers: { authorization: 'Bearer old' },
    });
  });

  test('The server’s times come with the answer', async () => {
    const headers = { 'server-timing': 'voice;dur=6' };
    const api = createApi('', tokens, new ScriptedClock(), async () => Response.json({ ok: 1 }, { headers }));
    expect(await api.postTimed('/x', {})).toEqual({ answer: { ok: 1 }, stages: [{ name: 'voice', ms: 6 }] });
  });

  test('A refused token is renewed once', async () => {
    const seen: string[] = [];
    const accept = { new: true };
    const api = createApi('', tokens, new ScriptedClock(), async (_address, init) => {
      const token = (init?.headers as Record<string, string> | undefined)?.authorization ?? '';
      seen.push(token);
      return accept.new && token === 'Bearer new' ? Response.json({}) : Response.json({}, { status: 401 });
    });
    await api.post('/x', {});
    expect(seen).toEqual(['Bearer old', 'Bearer new']);
    accept.new = false;
    await expect(api.post('/x', {})).rejects.toMatchObject({ failure: { kind: 'signed-out' } });
  });

  test('An answer that is late differs from no connection', async () => {
    const clock = new ScriptedClock();
    const silent = createApi('', tokens, clock, (_address, init) => {
      return new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      });
    });
    const late = silent.post('/x', {});
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10_000);
    await expect(late).rejects.toMatchObject({ failure: { kind: 'timeout' } });
    const cut = createApi('', tokens, clock, async () => {
      throw new TypeError('failed');
    });
    await expect(cut.post('/x', {})).rejects.toMatchObject({ failure: { kind: 'network' } });
    expect(clock.pending).toBe(0);
  });
});

describe('failures', () => {
  const error = { code: 'BadRequest', message: 'text is too long', field: 'text' };
  test.each([
    [400, { error }, { kind: 'bad-request', status: 400, message: 'text is too long', field: 'text' }],
    [404, { error: { message: 'gone' } }, { kind: 'call-ended', status: 404, message: 'gone' }],
    [404, { message: 'Not Found' }, { kind: 'server', status: 404, message: 'Not Found' }],
    [401, { message: 'Unauthorized' }, { kind: 'signed-out', status: 401, message: 'Unauthorized' }],
    [429, undefined, { kind: 'too-many', status: 429, message: 'The server answered 429.' }],
    [502, 'nonsense', { kind: 'server', status: 502, message: 'The server answered 502.' }],
  ])('A failure is made of status %i and body %o', (status, body, expected) => {
    expect(failureFrom(status, body)).toEqual(expected);
  });

  test('Each failure says what to do, and its field is named', () => {
    expect(adviceFor(failureFrom(400, { error }))).toContain('“text”');
    expect(adviceFor(failureFrom(404, { error }))).toContain('call has ended');
    expect(adviceFor(failureFrom(429, {}))).toContain('Wait');
    expect(worthRetrying(failureFrom(429, {}))).toBe(true);
    expect(worthRetrying(failureFrom(404, { error }))).toBe(false);
  });
});
