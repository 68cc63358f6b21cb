import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Clock, Log } from '#platform';
import type { JwtAuthorizer, KeySetLookup } from './gateway.ts';

/** The authorizer's decision on a request. `authenticate` is the value of the `www-authenticate` header. */
export type Verdict =
  | { allowed: true; claims: Record<string, string>; scopes: string[] | null }
  | { allowed: false; status: 401 | 403; authenticate: string };

/** Maximum number of cached verified tokens; a repeated request then needs no signature check. Our choice. */
const MAX_KEPT_TOKENS = 1000;
/** Maximum length of a token, in characters. Our choice; Node refuses headers above 16 KB in total. */
const MAX_TOKEN_CHARACTERS = 8192;
/**
 * Milliseconds for which a token's verdict is cached. The developer guide says that keys are cached for 2
 * hours.
 */
const KEYS_MS = 2 * 3_600_000;

interface Kept {
  payload: JWTPayload;
  issuer: string;
  until: number;
}

/**
 * The JWT authorizer of HTTP APIs: it checks the signature with the issuer's keys (RS256 only), `iss`, `aud`
 * or (if there is none) `client_id`, `exp`, `nbf`, `iat`, and one of the route's scopes. Source: API Gateway
 * developer guide, "Control access to HTTP APIs with JWT authorizers" and "Troubleshooting".
 */
export function createJwtCheck(keySet: KeySetLookup, clock: Clock, log: Log) {
  const kept = new Map<string, Kept>();

  async function verified(token: string, issuer: string): Promise<JWTPayload | Error> {
    const known = kept.get(token);
    if (known && known.issuer === issuer && known.until > clock.now()) return known.payload;
    kept.delete(token);
    const keys = await keySet(issuer);
    if (!keys) {
      log.warn('The key set of the issuer cannot be had; every token is refused until it can', { issuer });
      return new Error('the keys of the issuer are not available');
    }
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys as unknown as JSONWebKeySet), {
        algorithms: ['RS256'],
        issuer,
        requiredClaims: ['exp'],
        currentDate: new Date(clock.now()),
      });
      if (kept.size >= MAX_KEPT_TOKENS) kept.delete(kept.keys().next().value ?? '');
      const until = Math.min((payload.exp ?? 0) * 1000, clock.now() + KEYS_MS);
      kept.set(token, { payload, issuer, until });
      return payload;
    } catch (error) {
      return new Error(reasonOf(error));
    }
  }

  return async (
    authorization: string | undefined,
    authorizer: JwtAuthorizer,
    routeScopes: string[] | undefined,
  ): Promise<Verdict> => {
    if (!authorization) return { allowed: false, status: 401, authenticate: 'Bearer' };
    const token = authorization.replace(/^Bearer +/i, '').trim();
    if (token.length > MAX_TOKEN_CHARACTERS || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) {
      return refusedToken('the token is malformed');
    }
    const payload = await verified(token, authorizer.issuer);
    if (payload instanceof Error) return refusedToken(payload.message);
    if (payload.iat !== undefined && payload.iat * 1000 > clock.now()) {
      return refusedToken('the token was issued in the future');
    }
    const allowed = authorizer.audience;
    if (allowed && !audienceOf(payload).some((audience) => allowed.includes(audience))) {
      return refusedToken('the token does not have a valid audience');
    }
    return scopesSuffice(payload, routeScopes);
  };
}

function scopesSuffice(payload: JWTPayload, routeScopes: string[] | undefined): Verdict {
  const claims = claimsAsText(payload);
  if (!routeScopes?.length) return { allowed: true, claims, scopes: null };
  const has = scopesOf(payload);
  const scopes = routeScopes.filter((scope) => has.includes(scope));
  if (scopes.length > 0) return { allowed: true, claims, scopes };
  const authenticate =
    `Bearer scope="${routeScopes.join(' ')}" error="insufficient_scope" ` +
    'error_description="the token does not have a scope that this route asks for"';
  return { allowed: false, status: 403, authenticate };
}

const refusedToken = (description: string): Verdict => ({
  allowed: false,
  status: 401,
  authenticate: `Bearer scope="" error="invalid_token" error_description="${description}"`,
});

/** The token's audiences. `client_id` counts only if there is no `aud`. */
function audienceOf(payload: JWTPayload): string[] {
  if (payload.aud !== undefined) return [payload.aud].flat();
  return typeof payload.client_id === 'string' ? [payload.client_id] : [];
}

function scopesOf(payload: JWTPayload): string[] {
  const scope = payload.scope ?? payload.scp;
  if (Array.isArray(scope)) return scope.map(String);
  return typeof scope === 'string' ? scope.split(' ') : [];
}

/** Claims as strings, as the event carries them; lists as `[a b]`. */
function claimsAsText(payload: JWTPayload): Record<string, string> {
  const text = (value: unknown): string =>
    Array.isArray(value)
      ? `[${value.map(text).join(' ')}]`
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, text(value)]));
}

/**
 * The reason for jose's refusal as a header's text: without quotation marks and without parts of the token.
 */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const claim = error instanceof Error && 'claim' in error ? String(error.claim) : '';
  if (code === 'ERR_JWT_EXPIRED') return 'the token has expired';
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED')
    return `the token does not have a valid ${claim.replace(/\W/g, '')}`;
  if (code === 'ERR_JOSE_ALG_NOT_ALLOWED') return 'the token is signed with an algorithm that is not allowed';
  if (code === 'ERR_JWKS_NO_MATCHING_KEY') return 'the issuer does not have the key that the token names';
  return 'the signature of the token is not valid';
}
