import { isObject } from 'page-ui/is-object.ts';

/** The addresses of an OpenID Connect issuer, from its discovery document. */
export interface Issuer {
  issuer: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  /** Where a browser signs out, if the issuer has such an endpoint. */
  endSessionEndpoint?: string;
}

/** The answer of the token endpoint. */
export interface Tokens {
  accessToken: string;
  /** Lifetime of the access token in seconds. */
  expiresIn: number;
  idToken?: string;
  refreshToken?: string;
}

/** The issuer answered with a refusal: asking again with the same values does not help. */
export class IssuerRefused extends Error {
  override name = 'IssuerRefused';
}

/**
 * Reads `<issuer>/.well-known/openid-configuration` (OpenID Connect Discovery section 4).
 *
 * @throws Error that says what is wrong with the document
 */
export async function discover(issuer: string, fetcher: typeof fetch): Promise<Issuer> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetcher(address, { credentials: 'omit' });
  if (!response.ok)
    throw new Error(`The issuer's discovery document answered ${response.status}: ${address}`);
  const document: unknown = await response.json();
  if (!isObject(document)) throw new Error(`The issuer's discovery document is not an object: ${address}`);
  if (document.issuer !== issuer)
    throw new Error(`The discovery document is of issuer ${String(document.issuer)}, not of ${issuer}.`);
  const { authorization_endpoint, token_endpoint, end_session_endpoint } = document;
  if (typeof authorization_endpoint !== 'string' || typeof token_endpoint !== 'string')
    throw new Error(`The issuer's discovery document names no authorization or token endpoint: ${address}`);
  return {
    issuer,
    authorizationEndpoint: authorization_endpoint,
    tokenEndpoint: token_endpoint,
    ...(typeof end_session_endpoint === 'string' ? { endSessionEndpoint: end_session_endpoint } : {}),
  };
}

/**
 * Asks the token endpoint (RFC 6749 sections 4.1.3 and 6).
 *
 * @throws IssuerRefused when the issuer refuses; TypeError when it cannot be reached
 */
export async function askTokens(
  tokenEndpoint: string,
  parameters: Record<string, string>,
  fetcher: typeof fetch,
): Promise<Tokens> {
  const response = await fetcher(tokenEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters).toString(),
    credentials: 'omit',
  });
  const body: unknown = await response.json().catch(() => undefined);
  const answer = isObject(body) ? body : {};
  if (response.status >= 500) throw new TypeError(`The issuer answered ${response.status}.`);
  if (!response.ok)
    throw new IssuerRefused(`The issuer refused: ${String(answer.error ?? response.status)}.`);
  if (typeof answer.access_token !== 'string') throw new IssuerRefused('The issuer gave no access token.');
  return {
    accessToken: answer.access_token,
    expiresIn: typeof answer.expires_in === 'number' ? answer.expires_in : 3600,
    ...(typeof answer.id_token === 'string' ? { idToken: answer.id_token } : {}),
    ...(typeof answer.refresh_token === 'string' ? { refreshToken: answer.refresh_token } : {}),
  };
}

/** The person who signed in. */
export interface Person {
  name: string;
}

/**
 * Checks the id token's claims (OpenID Connect Core section 3.1.3.7). Its signature is not checked: the token
 * came directly from the token endpoint, which TLS authenticates, and it determines nothing but a name; the
 * API checks the access token itself.
 *
 * @throws IssuerRefused that names the wrong claim
 */
export function checkIdToken(
  idToken: string,
  expected: { issuer: string; clientId: string; nonce: string; nowMs: number },
): Person {
  const claims = claimsOf(idToken);
  const audience = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (claims.iss !== expected.issuer) throw new IssuerRefused('The id token is of another issuer.');
  if (!audience.includes(expected.clientId)) throw new IssuerRefused('The id token is for another client.');
  if (claims.nonce !== expected.nonce) throw new IssuerRefused('The id token answers another sign-in.');
  if (typeof claims.exp !== 'number' || claims.exp * 1000 + CLOCK_SKEW_MS < expected.nowMs)
    throw new IssuerRefused('The id token has expired. Check the clock of this machine.');
  const name = [
    claims.name,
    claims.email,
    claims['cognito:username'],
    claims.preferred_username,
    claims.sub,
  ].find((value): value is string => typeof value === 'string' && value !== '');
  return { name: name ?? 'signed in' };
}

/** Milliseconds by which the clocks of issuer and browser may differ. */
const CLOCK_SKEW_MS = 300_000;

function claimsOf(jwt: string): Record<string, unknown> {
  try {
    const part = (jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (isObject(claims)) return claims;
  } catch {
    // The error is thrown below.
  }
  throw new IssuerRefused('The id token cannot be read.');
}
