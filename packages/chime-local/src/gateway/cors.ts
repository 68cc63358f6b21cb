import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { CorsConfiguration } from './gateway.ts';

/**
 * Whether the request is a CORS preflight, by which a browser asks if it may send a request from another
 * origin.
 */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** Headers of the gateway's own answer (204) to a preflight; no CORS headers if the origin is not allowed. */
export function preflightHeaders(cors: CorsConfiguration, origin: string): OutgoingHttpHeaders {
  const allowed = answerHeaders(cors, origin);
  if (!allowed['access-control-allow-origin']) return allowed;
  return {
    ...allowed,
    ...(cors.allowMethods?.length ? { 'access-control-allow-methods': cors.allowMethods.join(',') } : {}),
    ...(cors.allowHeaders?.length ? { 'access-control-allow-headers': cors.allowHeaders.join(',') } : {}),
    ...(cors.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(cors.maxAgeSeconds) }),
  };
}

/** CORS headers of every other answer, including the gateway's own errors. */
export function answerHeaders(cors: CorsConfiguration, origin: string | undefined): OutgoingHttpHeaders {
  const vary = cors.allowOrigins.includes('*') ? {} : { vary: 'origin' };
  if (origin === undefined || !cors.allowOrigins.some((allowed) => originMatches(allowed, origin)))
    return vary;
  return {
    ...vary,
    'access-control-allow-origin': cors.allowOrigins.includes('*') ? '*' : origin,
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(cors.exposeHeaders?.length ? { 'access-control-expose-headers': cors.exposeHeaders.join(',') } : {}),
  };
}

/** Whether the origin matches `*`, `https://*`, `http://*` or one origin exactly. */
function originMatches(allowed: string, origin: string): boolean {
  if (allowed === '*') return true;
  if (allowed === 'https://*' || allowed === 'http://*') return origin.startsWith(allowed.slice(0, -1));
  return allowed === origin;
}
