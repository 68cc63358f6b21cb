import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Clock, endAfterRequest, type Ids, type Log, systemIds } from '#platform';
import type { IssuerClient, LocalIssuer } from './gateway.ts';
import { refusalOf } from './issuer-guard.ts';
import { loadIssuerKeys } from './issuer-keys.ts';
import { authorize, type IssuerAnswer, logout, token } from './issuer-sign-in.ts';
import { IssuerTokens } from './issuer-tokens.ts';
import { readBodyWithin } from './request-body.ts';

/** Maximum size of the form that the token endpoint reads, in bytes. Our choice. */
const MAX_FORM_BYTES = 8192;

export interface LocalIssuerOptions {
  /** e.g. `http://127.0.0.1:4280/cognito/<poolId>`, without a slash at the end. */
  issuerUrl: string;
  /** The clients that may sign in at this moment. */
  clients(): readonly IssuerClient[];
  /** The folder in which the key is kept. */
  dataDir: string;
  clock: Clock;
  log: Log;
  ids?: Ids;
}

/** What the issuer's endpoints work with. */
interface Issuer extends Pick<LocalIssuerOptions, 'issuerUrl' | 'clients'> {
  tokens: IssuerTokens;
  keySet: ReturnType<LocalIssuer['keySet']>;
}

/** Creates the stand-in for a user pool. Rejects if its key can be neither read nor written. */
export async function createLocalIssuer(options: LocalIssuerOptions): Promise<LocalIssuer> {
  const { issuerUrl, clients, dataDir, clock, log, ids = systemIds } = options;
  const { pathname } = new URL(issuerUrl);
  const keys = await loadIssuerKeys(dataDir, ids, log);
  const tokens = new IssuerTokens(issuerUrl, keys, clock, ids);
  const keySet = { keys: [{ ...keys.publicJwk }] };
  return {
    issuer: issuerUrl,
    keySet: () => structuredClone(keySet),
    async mint(clientId, lifetimeSeconds) {
      const client = clients().find((known) => known.clientId === clientId);
      if (!client) throw new Error(`No client ${clientId} is registered with the issuer`);
      const grant = { clientId, scopes: client.scopes, authTime: Math.floor(clock.now() / 1000) };
      return tokens.accessToken(grant, lifetimeSeconds);
    },
    async handle(request, response) {
      const url = urlOf(request);
      if (!url?.pathname.startsWith(`${pathname}/`)) return false;
      let result: IssuerAnswer;
      try {
        result = await answer({ issuerUrl, clients, tokens, keySet }, request, url);
      } catch (error) {
        if (request.destroyed && !request.complete) return true;
        log.error('The issuer failed', { path: url.pathname, error: String(error) });
        result = oauthError(500, 'server_error', 'The issuer failed; its log says why');
      }
      request.resume();
      send(response, result);
      return true;
    },
  };
}

async function answer(issuer: Issuer, request: IncomingMessage, url: URL): Promise<IssuerAnswer> {
  const { issuerUrl, tokens, keySet } = issuer;
  const { host, pathname } = new URL(issuerUrl);
  const refusal = refusalOf(request, host);
  if (refusal) return oauthError(403, 'access_denied', refusal);
  const clients = issuer.clients();
  const what = `${request.method} ${url.pathname.slice(pathname.length)}`;
  switch (what) {
    case 'GET /.well-known/openid-configuration':
      return publicDocument(discoveryOf(issuerUrl, clients));
    case 'GET /.well-known/jwks.json':
      return publicDocument(keySet);
    case 'GET /oauth2/authorize':
      return authorize(request, url.searchParams, clients, tokens);
    case 'GET /logout':
      return logout(url.searchParams, clients);
    case 'POST /oauth2/token':
      return answerToken(request, clients, tokens);
    case 'OPTIONS /oauth2/token':
      return {
        status: 204,
        headers: { ...corsFor(request, clients), 'access-control-allow-methods': 'POST' },
      };
    default:
      return oauthError(404, 'not_found', `There is nothing at ${what.slice(0, 100)}`);
  }
}

function urlOf(request: IncomingMessage): URL | undefined {
  try {
    return new URL(request.url ?? '', 'http://issuer.invalid');
  } catch {
    return undefined;
  }
}

async function answerToken(
  request: IncomingMessage,
  clients: readonly IssuerClient[],
  tokens: IssuerTokens,
): Promise<IssuerAnswer> {
  const headers = corsFor(request, clients);
  if (request.headers.origin !== undefined && !headers['access-control-allow-origin']) {
    return oauthError(403, 'access_denied', 'This origin is not that of a registered callback address');
  }
  const body = await readBodyWithin(request, MAX_FORM_BYTES);
  if (!body) return { ...oauthError(413, 'invalid_request', `At most ${MAX_FORM_BYTES} bytes`), headers };
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
    return {
      ...oauthError(400, 'invalid_request', 'The body must be application/x-www-form-urlencoded'),
      headers,
    };
  }
  const result = await token(new URLSearchParams(body.toString()), clients, tokens);
  return { ...result, headers: { ...headers, ...result.headers } };
}

/** CORS headers that let pages of registered origins, and no others, read the answer. */
function corsFor(request: IncomingMessage, clients: readonly IssuerClient[]): OutgoingHttpHeaders {
  const { origin } = request.headers;
  const known = clients.some((client) => client.callbackUrls.some((url) => new URL(url).origin === origin));
  return known && origin ? { vary: 'origin', 'access-control-allow-origin': origin } : { vary: 'origin' };
}

const oauthError = (status: number, error: string, error_description: string): IssuerAnswer => ({
  status,
  body: { error, error_description },
});

const publicDocument = (body: unknown): IssuerAnswer => ({
  status: 200,
  headers: { 'access-control-allow-origin': '*' },
  body,
});

/** The discovery document: OpenID Connect Discovery 1.0, section 3. */
const discoveryOf = (issuer: string, clients: readonly IssuerClient[]): unknown => ({
  issuer,
  authorization_endpoint: `${issuer}/oauth2/authorize`,
  token_endpoint: `${issuer}/oauth2/token`,
  end_session_endpoint: `${issuer}/logout`,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  token_endpoint_auth_methods_supported: ['none'],
  code_challenge_methods_supported: ['S256'],
  scopes_supported: [...new Set(clients.flatMap((client) => client.scopes))],
});

function send(response: ServerResponse, { status, headers, body }: IssuerAnswer): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}),
    ...headers,
  });
  endAfterRequest(response, text);
}
