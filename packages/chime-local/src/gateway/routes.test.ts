import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRouter } from './routes.ts';

const routesOf = (...keys: string[]) =>
  createRouter(keys.map((routeKey) => ({ routeKey, functionArn: routeKey })));

describe('routes', () => {
  const match = routesOf(
    '$default',
    'ANY /{proxy+}',
    'GET /pets/{id}',
    'GET /pets/mine',
    'ANY /pets/{id}',
    'GET /pets/{id}/{rest+}',
    'POST /queryMeetings',
  );

  test.each([
    ['GET', '/pets/mine', 'GET /pets/mine', undefined],
    ['GET', '/pets/7%2F8', 'GET /pets/{id}', { id: '7/8' }],
    ['PUT', '/pets/7', 'ANY /pets/{id}', { id: '7' }],
    ['GET', '/pets/7/a/b', 'GET /pets/{id}/{rest+}', { id: '7', rest: 'a/b' }],
    ['PUT', '/pets/7/a', 'ANY /{proxy+}', { proxy: 'pets/7/a' }],
    ['POST', '/queryMeetings', 'POST /queryMeetings', undefined],
    ['GET', '/queryMeetings', 'ANY /{proxy+}', { proxy: 'queryMeetings' }],
    ['GET', '/', '$default', undefined],
  ])('%s %s goes to %s', (method, path, routeKey, pathParameters) => {
    expect(match(method, path)).toEqual({ route: { routeKey, functionArn: routeKey }, pathParameters });
  });

  test('A route matches no other method, longer path or other case', () => {
    const only = routesOf('POST /queryMeetings');
    for (const [method, path] of [
      ['GET', '/queryMeetings'],
      ['POST', '/queryMeetings/'],
      ['POST', '/queryMeetings/x'],
      ['POST', '/querymeetings'],
      ['POST', '//queryMeetings'],
      ['POST', ''],
    ] as const) {
      expect(only(method, path), `${method} ${path}`).toBeUndefined();
    }
  });

  test('A bad route key is reported as an error of the template', () => {
    expect(() => routesOf('GET queryMeetings')).toThrow(/"GET queryMeetings" of the template/);
  });

  test('Any path matches, fails to match, or has broken percent-encoding', () => {
    const paths = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .array(fc.constantFrom('/', '..', '%', '%2', '%2e', '%00', '{id}', '__proto__', 'pets'), {
          maxLength: 12,
        })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(paths, (path) => {
        try {
          expect(match('GET', path)?.route.routeKey).toMatch(/^(\$default|ANY|GET)/);
        } catch (error) {
          expect(error).toBeInstanceOf(URIError);
        }
      }),
      { seed: 20261122, numRuns: 500 },
    );
    expect(({} as Record<string, unknown>).proxy).toBeUndefined();
  });
});
