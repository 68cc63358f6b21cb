import { expect, it, onTestFinished } from 'vitest';
import { Faults } from '#faults';
import { silentLog } from '#platform';
import { type WebParts, WebServer } from './web-server.ts';

function switches() {
  const told: string[] = [];
  return { faults: new Faults((text) => told.push(text)), told };
}

async function webServer(faults: Faults) {
  const web = new WebServer(silentLog);
  const port = await web.listen(0);
  onTestFinished(() => web.close());
  web.serve({
    faults,
    apis: { find: () => undefined },
    activity: { close() {} },
    calls: { close() {} },
  } as unknown as WebParts);
  const ask = async (path: string, method = 'GET', body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
  };
  return { ask };
}

it('Faults are switched on, listed and switched off over HTTP', async () => {
  const { faults, told } = switches();
  const { ask } = await webServer(faults);
  expect(await ask('/faults/slow-function', 'PUT', { ms: 100, times: 1 })).toEqual({
    status: 200,
    body: { name: 'slow-function', on: { of: '', times: 1, ms: 100 } },
  });
  const { body } = await ask('/faults');
  expect(body.faults).toContainEqual(
    expect.objectContaining({ name: 'slow-function', on: { of: '', times: 1, ms: 100 } }),
  );
  expect((await ask('/faults/slow-function', 'DELETE')).status).toBe(200);
  expect(told.at(-1)).toBe('The fault slow-function is switched off.');
});

it('All faults are switched off at once', async () => {
  const { faults } = switches();
  const { ask } = await webServer(faults);
  for (const name of ['slow-function', 'missed-hangup']) await ask(`/faults/${name}`, 'PUT', {});
  expect((await ask('/faults', 'DELETE', undefined, { origin: 'http://example.com' })).status).toBe(403);
  expect(faults.list().filter(({ on }) => on)).toHaveLength(2);
  expect((await ask('/faults', 'DELETE')).status).toBe(200);
  expect(faults.list().filter(({ on }) => on)).toEqual([]);
});

it('Fault requests of other origins, unknown faults and wrong values are refused', async () => {
  const { faults } = switches();
  const { ask } = await webServer(faults);
  const foreign = await ask('/faults/slow-function', 'PUT', {}, { origin: 'http://example.com' });
  const answers = [
    foreign,
    await ask('/faults/thunder', 'PUT', {}),
    await ask('/faults/slow-function', 'PUT', { ms: -1 }),
    await ask('/faults/slow-function', 'PUT', { colour: 'red' }),
    await ask('/faults/vanished-phone', 'PUT', { percent: 10 }),
    await ask('/faults/lost-packets', 'PUT', { direction: 'up' }),
    await ask('/faults/slow-function', 'PUT', []),
    await ask('/faults/slow-function', 'POST', {}),
    await ask('/faults', 'PUT', {}),
  ];
  expect(answers.map(({ status }) => status)).toEqual([403, 404, 400, 400, 400, 400, 400, 405, 405]);
  expect(answers[1]?.body.message).toMatch(/no fault "thunder"; there are slow-function, /);
  expect(answers.slice(3, 6).map(({ body }) => body.message)).toEqual([
    'The fault slow-function takes of, times and ms, not colour.',
    'The fault vanished-phone takes of and times, not percent.',
    'direction is one of both, from-phone, to-phone, not "up".',
  ]);
  expect(faults.list().every(({ on }) => on === null)).toBe(true);
});
