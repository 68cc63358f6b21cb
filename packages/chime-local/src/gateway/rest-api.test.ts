import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '#platform';
import type { RestApi } from './gateway.ts';
import { createRestApi } from './rest-api.ts';

const CORS = { 'access-control-allow-origin': '*' };
const API: RestApi = {
  apiId: 'abc',
  accountId: '000000000000',
  region: 'us-east-1',
  stages: ['prod'],
  methods: [
    { method: 'GET', path: '/calls/{id}', functionArn: 'arn:get' },
    { method: 'ANY', path: '/{proxy+}', functionArn: 'arn:any' },
    { method: 'OPTIONS', path: '/calls', mock: { status: 204, headers: CORS } },
    {
      method: 'GET',
      path: '/mine',
      functionArn: 'arn:get',
      authorizer: { authorizerId: 'a', issuer: 'nobody' },
    },
  ],
};

interface RestEvent {
  resource: string;
  path: string;
  httpMethod: string;
  headers: Record<string, string>;
  multiValueQueryStringParameters: Record<string, string[]> | null;
  queryStringParameters: Record<string, string> | null;
  pathParameters: Record<string, string> | null;
  body: string | null;
  requestContext: { stage: string; path: string };
}

let server: Server;
let events: (RestEvent & { arn: string })[];
let answer: string;

beforeEach(async () => {
  events = [];
  answer = '{"statusCode":200,"headers":{"X-A":"1"},"multiValueHeaders":{"X-B":["2","3"]},"body":"{}"}';
  const gateway = createRestApi(API, {
    async invoke(arn, payload) {
      events.push({ ...(JSON.parse(payload) as RestEvent), arn });
      return { payload: answer };
    },
    keySet: async () => undefined,
    clock: systemClock,
    ids: systemIds,
    log: silentLog,
  });
  server = createServer((request, response) => void gateway.handle(request, response, request.url ?? ''));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);

describe('a REST API', () => {
  it('A REST API sends events of format 1.0 and returns the answers', async () => {
    const response = await ask('/prod/calls/7?a=1&a=2', { headers: { 'X-Own': 'yes' } });
    expect([response.status, await response.text()]).toEqual([200, '{}']);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect([response.headers.get('x-a'), response.headers.get('x-b')]).toEqual(['1', '2,3']);
    expect(events).toMatchObject([
      {
        arn: 'arn:get',
        resource: '/calls/{id}',
        path: '/calls/7',
        httpMethod: 'GET',
        pathParameters: { id: '7' },
        queryStringParameters: { a: '2' },
        multiValueQueryStringParameters: { a: ['1', '2'] },
        body: null,
        requestContext: { stage: 'prod', path: '/prod/calls/7' },
      },
    ]);
    expect(Object.keys(events[0]?.headers ?? {}).map((name) => name.toLowerCase())).toContain('x-own');
  });

  it('The greedy resource gets what no other resource matches', async () => {
    await ask('/prod/other/path', { method: 'POST', body: 'text' });
    expect(events).toMatchObject([
      { arn: 'arn:any', resource: '/{proxy+}', pathParameters: { proxy: 'other/path' }, body: 'text' },
    ]);
  });

  it('A REST API answers preflights itself', async () => {
    const response = await ask('/prod/calls', { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(events).toEqual([]);
  });

  it.each([
    ['/other/calls/7', 'GET', 403, 'Forbidden'],
    ['/prod', 'GET', 403, 'Missing Authentication Token'],
    ['/prod/mine', 'GET', 401, 'Unauthorized'],
  ])('%s %s is refused with %i', async (path, method, status, message) => {
    const response = await ask(path, { method });
    expect([response.status, await response.json()]).toEqual([status, { message }]);
  });

  it('An answer without a status code is replaced by 502', async () => {
    answer = '{"body":"{}"}';
    expect((await ask('/prod/calls/7')).status).toBe(502);
  });
});
