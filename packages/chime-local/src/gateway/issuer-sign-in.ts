import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { IssuerClient } from './gateway.ts';
import { isEmbeddedElsewhere } from './issuer-guard.ts';
import type { IssuerTokens } from './issuer-tokens.ts';

/** An answer of the issuer. */
export interface IssuerAnswer {
  status: number;
  headers?: OutgoingHttpHeaders;
  /** Sent as JSON. */
  body?: unknown;
}

/** The base64url form of a SHA-256 hash (RFC 7636 4.2). */
const CHALLENGE = /^[\w-]{43}$/;
/** Maximum length of `state` and `nonce`, in characters. Our choice. */
const MAX_STATE_CHARACTERS = 1024;

const refuse = (error: string, error_description: string, status = 400): IssuerAnswer => ({
  status,
  body: { error, error_description },
});

const redirect = (location: string): IssuerAnswer => ({ status: 302, headers: { location } });

/**
 * `GET /oauth2/authorize`: RFC 6749 4.1.1 with PKCE (RFC 7636), method S256 only. The user is signed in at
 * once. An unknown client or redirect address is answered directly, never by a redirect.
 */
export function authorize(
  request: IncomingMessage,
  query: URLSearchParams,
  clients: readonly IssuerClient[],
  tokens: IssuerTokens,
): IssuerAnswer {
  if (isEmbeddedElsewhere(request)) {
    return refuse('access_denied', 'Another site must not embed or script the sign-in', 403);
  }
  const repeated = [...new Set(query.keys())].find((name) => query.getAll(name).length > 1);
  if (repeated) return refuse('invalid_request', 'A parameter was given twice');
  const client = clients.find((known) => known.clientId === query.get('client_id'));
  if (!client) return refuse('invalid_client', 'client_id names no client of this user pool');
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!client.callbackUrls.includes(redirectUri)) {
    return refuse(
      'redirect_mismatch',
      'redirect_uri is not, letter for letter, a registered callback address',
    );
  }
  const state = query.get('state');
  const back = (parameters: Record<string, string>): IssuerAnswer => {
    const location = new URL(redirectUri);
    for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value);
    if (state !== null) location.searchParams.set('state', state);
    return redirect(location.href);
  };
  const nonce = query.get('nonce');
  if ((state?.length ?? 0) > MAX_STATE_CHARACTERS || (nonce?.length ?? 0) > MAX_STATE_CHARACTERS) {
    return refuse('invalid_request', `state and nonce have at most ${MAX_STATE_CHARACTERS} characters`);
  }
  if (query.get('response_type') !== 'code') return back({ error: 'unsupported_response_type' });
  const challenge = query.get('code_challenge') ?? '';
  if (query.get('code_challenge_method') !== 'S256' || !CHALLENGE.test(challenge)) {
    return back({ error: 'invalid_request', error_description: 'PKCE with S256 is needed' });
  }
  const asked = (query.get('scope') ?? '').split(' ').filter(Boolean);
  if (asked.some((scope) => !client.scopes.includes(scope))) return back({ error: 'invalid_scope' });
  const scopes = asked.length > 0 ? asked : client.scopes;
  const grant = { clientId: client.clientId, scopes, ...(nonce === null ? {} : { nonce }) };
  return back({ code: tokens.issueCode(grant, redirectUri, challenge) });
}

/** `GET /logout`, like Cognito's: redirects to a registered address. There is no session to end. */
export function logout(query: URLSearchParams, clients: readonly IssuerClient[]): IssuerAnswer {
  const client = clients.find((known) => known.clientId === query.get('client_id'));
  const address = query.get('logout_uri') ?? '';
  if (!client) return refuse('invalid_client', 'client_id names no client of this user pool');
  if (!client.logoutUrls.includes(address)) {
    return refuse('invalid_request', 'logout_uri is not, letter for letter, a registered sign-out address');
  }
  return redirect(address);
}

/** `POST /oauth2/token`: RFC 6749 4.1.3 and 6, for public clients. */
export async function token(
  form: URLSearchParams,
  clients: readonly IssuerClient[],
  tokens: IssuerTokens,
): Promise<IssuerAnswer> {
  const clientId = form.get('client_id') ?? '';
  if (!clients.some((known) => known.clientId === clientId)) {
    return refuse('invalid_client', 'client_id names no client of this user pool');
  }
  const grantType = form.get('grant_type');
  let given: Awaited<ReturnType<IssuerTokens['redeemCode']>>;
  if (grantType === 'authorization_code') {
    const { code, redirect_uri, code_verifier } = Object.fromEntries(form);
    if (!code || !redirect_uri || !code_verifier) {
      return refuse('invalid_request', 'code, redirect_uri and code_verifier are needed');
    }
    given = await tokens.redeemCode(code, clientId, redirect_uri, code_verifier);
  } else if (grantType === 'refresh_token') {
    given = await tokens.redeemRefreshToken(form.get('refresh_token') ?? '', clientId);
  } else {
    return refuse('unsupported_grant_type', 'grant_type is authorization_code or refresh_token');
  }
  if (given === 'invalid_grant')
    return refuse('invalid_grant', 'It is unknown, used, expired or not for this request');
  return { status: 200, body: given };
}
