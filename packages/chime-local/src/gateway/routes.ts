import type { HttpRoute } from './gateway.ts';

/** A route that matched, with the path parameters decoded. */
export interface RouteMatch {
  route: HttpRoute;
  pathParameters: Record<string, string> | undefined;
}

/** Returns `undefined` if no route matches; throws `URIError` if the path's percent-encoding is broken. */
export type Router = (method: string, rawPath: string) => RouteMatch | undefined;

type Segment = { kind: 'literal' | 'parameter' | 'greedy'; text: string };
type Pattern = { route: HttpRoute; method: string; segments: Segment[] };

/** A smaller number is more specific. */
const ORDER = { literal: 0, parameter: 1, greedy: 2 } as const;

/**
 * Selects routes as API Gateway does: a full match before a greedy one, a named method before ANY, `$default`
 * last. Source: API Gateway developer guide, "Create routes for HTTP APIs".
 */
export function createRouter(routes: HttpRoute[]): Router {
  const fallback = routes.find((route) => route.routeKey === '$default');
  const patterns = routes
    .filter((route) => route !== fallback)
    .map(patternOf)
    .sort(moreSpecificFirst);
  return (method, rawPath) => {
    const parts = rawPath.split('/').slice(1).map(decodeURIComponent);
    for (const pattern of patterns) {
      if (pattern.method !== 'ANY' && pattern.method !== method) continue;
      const pathParameters = matchSegments(pattern.segments, parts);
      if (!pathParameters) continue;
      const none = Object.keys(pathParameters).length === 0;
      return { route: pattern.route, pathParameters: none ? undefined : pathParameters };
    }
    return fallback && { route: fallback, pathParameters: undefined };
  };
}

function patternOf(route: HttpRoute): Pattern {
  const [method = '', path = ''] = route.routeKey.split(' ');
  if (!path.startsWith('/')) {
    throw new Error(
      `The route key "${route.routeKey}" of the template is neither "$default" nor "METHOD /path"; correct it`,
    );
  }
  const segments = path
    .split('/')
    .slice(1)
    .map((text): Segment => {
      if (!text.startsWith('{') || !text.endsWith('}')) return { kind: 'literal', text };
      const greedy = text.endsWith('+}');
      return { kind: greedy ? 'greedy' : 'parameter', text: text.slice(1, greedy ? -2 : -1) };
    });
  return { route, method, segments };
}

function moreSpecificFirst(a: Pattern, b: Pattern): number {
  const greedy = Number(endsGreedy(a)) - Number(endsGreedy(b));
  if (greedy) return greedy;
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index++) {
    const [one, other] = [a.segments[index], b.segments[index]];
    // Only greedy patterns of different lengths can match the same path; the longer one is more specific.
    if (!one || !other) return one ? -1 : 1;
    if (one.kind !== other.kind) return ORDER[one.kind] - ORDER[other.kind];
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

const endsGreedy = (pattern: Pattern): boolean => pattern.segments.at(-1)?.kind === 'greedy';

function matchSegments(segments: Segment[], parts: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (segment.kind === 'literal') {
      if (part !== segment.text) return undefined;
      continue;
    }
    const value = segment.kind === 'greedy' ? parts.slice(index).join('/') : part;
    if (value === '') return undefined;
    Object.defineProperty(parameters, segment.text, { value, enumerable: true });
    if (segment.kind === 'greedy') return parameters;
  }
  return parts.length === segments.length ? parameters : undefined;
}
