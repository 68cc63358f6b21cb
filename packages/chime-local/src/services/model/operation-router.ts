/**
 * Maps a request line to the operation it names. The protocol is restJson1 (Smithy "HTTP bindings"): a
 * literal segment takes precedence over a label, and a fixed query part such as `?operation=restore`
 * distinguishes operations that share a path.
 */
import { decodePart, parseQuery } from '../front/query-string.ts';
import type { ServiceModel } from './service-model.ts';

export interface RouteMatch {
  operation: string;
  served: boolean;
  /** The decoded path labels. */
  labels: Record<string, string>;
}

interface Route {
  operation: string;
  served: boolean;
  segments: { literal?: string; label?: string }[];
  fixedQuery: [string, string][];
}

export interface OperationRouter {
  /** @param rawPath the path before decoding. @throws MalformedUri */
  find(method: string, rawPath: string, query: ReadonlyMap<string, string>): RouteMatch | undefined;
}

export function createOperationRouter(model: ServiceModel): OperationRouter {
  const routes = new Map<string, Route[]>();
  const add = (operation: string, served: boolean, method: string, uri: string): void => {
    const route = parseUri(operation, served, uri);
    const key = `${method} ${route.segments.length}`;
    routes.set(key, [...(routes.get(key) ?? []), route]);
  };
  for (const [name, { method, uri }] of Object.entries(model.operations)) add(name, true, method, uri);
  for (const [name, [method, uri]] of Object.entries(model.notServed)) add(name, false, method, uri);
  for (const list of routes.values()) list.sort(moreSpecificFirst);
  return {
    find(method, rawPath, query) {
      const segments = rawPath.split('/').slice(1);
      for (const route of routes.get(`${method} ${segments.length}`) ?? []) {
        if (!fits(route, segments, query)) continue;
        return { operation: route.operation, served: route.served, labels: labelsOf(route, segments) };
      }
      return undefined;
    },
  };
}

function parseUri(operation: string, served: boolean, uri: string): Route {
  const [path = '', query = ''] = uri.split('?');
  return {
    operation,
    served,
    segments: path
      .split('/')
      .slice(1)
      .map((text) => (text.startsWith('{') ? { label: text.slice(1, -1) } : { literal: text })),
    fixedQuery: [...parseQuery(query)],
  };
}

/**
 * Sorts routes with more fixed query parts first, then those with literal segments before labels, from left
 * to right.
 */
function moreSpecificFirst(a: Route, b: Route): number {
  if (a.fixedQuery.length !== b.fixedQuery.length) return b.fixedQuery.length - a.fixedQuery.length;
  for (const [index, segment] of a.segments.entries()) {
    const other = b.segments[index];
    const difference = Number(segment.literal === undefined) - Number(other?.literal === undefined);
    if (difference !== 0) return difference;
  }
  return 0;
}

function fits(route: Route, segments: string[], query: ReadonlyMap<string, string>): boolean {
  for (const [index, { literal }] of route.segments.entries()) {
    if (literal === undefined ? segments[index] === '' : segments[index] !== literal) return false;
  }
  return route.fixedQuery.every(([name, value]) => query.get(name) === value);
}

function labelsOf(route: Route, segments: string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [index, { label }] of route.segments.entries()) {
    if (label !== undefined) labels[label] = decodePart(segments[index] ?? '');
  }
  return labels;
}
