import { expect, it, onTestFinished } from 'vitest';
import { Faults } from '#faults';
import { silentLog } from '#platform';
import { Activity } from './activity.ts';
import { WebServer } from './web-server.ts';

it('The web server answers 503 until it is given its parts', async () => {
  const web = new WebServer(silentLog);
  const port = await web.listen(0);
  onTestFinished(() => web.close());
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  expect(await Promise.all(['/', '/phone/', '/calls/', '/apis/a/x', '/activity'].map(ask))).toEqual([
    503, 503, 503, 503, 503,
  ]);
  web.serve({
    apis: { find: () => undefined },
    issuer: { handle: async () => false },
    page: { read: async () => undefined, headersOf: () => ({}) },
    phone: { serve: async (path, response) => void response.end(path) },
    calls: { serve: async (path, _query, response) => void response.end(path), close() {} },
    sockets: () => ({}),
    activity: new Activity(),
    faults: new Faults(() => {}),
    authorized: async () => false,
  });
  expect(await Promise.all(['/phone/', '/calls/', '/activity'].map(ask))).toEqual([200, 200, 401]);
});
