import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Parameters of an authorize request whose code has not been used yet. */
interface Pending {
  challenge: string;
  nonce: string;
  redirectUri: string;
}

/**
 * An OpenID Connect issuer that signs in everybody without asking. It is strict about PKCE, codes and
 * redirect addresses, so that an incorrect page fails; its tokens are not signed.
 */
export class PretendIssuer {
  readonly clientId = 'pretend-client';
  /** Lifetime of an access token in seconds. */
  lifetimeS = 3600;
  /** A wrong nonce to put into the id token instead of the requested one. */
  forgedNonce: string | undefined;
  /** True if the authorize endpoint redirects back with an error. */
  refuseSignIn = false;
  /** True if the refresh token is refused. */
  refuseRefresh = false;
  /** Numbers of successful sign-ins and renewals. */
  signIns = 0;
  renewals = 0;
  readonly #origin: () => string;
  readonly #pending = new Map<string, Pending>();
  #good = new Set<string>();
  #refreshTokens = new Set<string>();

  constructor(origin: () => string) {
    this.#origin = origin;
  }

  get url(): string {
    return `${this.#origin()}/issuer`;
  }

  /** True for `Bearer` and a token that was issued and not revoked. */
  accepts(authorization: string | undefined): boolean {
    return this.#good.has((authorization ?? '').replace(/^Bearer /, ''));
  }

  /** Revokes all access tokens issued so far. */
  revokeAccess(): void {
    this.#good = new Set();
  }

  /** True if the request was for the issuer and has been answered. */
  handle(_request: IncomingMessage, response: ServerResponse, url: URL, body: string): boolean {
    if (!url.pathname.startsWith('/issuer/')) return false;
    const path = url.pathname.slice('/issuer'.length);
    if (path === '/.well-known/openid-configuration') answer(response, 200, this.#discovery());
    else if (path === '/authorize') this.#authorize(response, url.searchParams);
    else if (path === '/token') this.#token(response, new URLSearchParams(body));
    else if (path === '/logout') redirect(response, url.searchParams.get('logout_uri') ?? '/');
    else answer(response, 404, { error: 'not_found' });
    return true;
  }

  #discovery(): Record<string, string> {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      end_session_endpoint: `${this.url}/logout`,
    };
  }

  #authorize(response: ServerResponse, query: URLSearchParams) {
    const redirectUri = query.get('redirect_uri') ?? '';
    const challenge = query.get('code_challenge') ?? '';
    const state = query.get('state') ?? '';
    const right =
      query.get('response_type') === 'code' &&
      query.get('client_id') === this.clientId &&
      query.get('code_challenge_method') === 'S256' &&
      /^[\w-]{43}$/.test(challenge) &&
      state !== '';
    if (!right || redirectUri !== `${this.#origin()}/`)
      return answer(response, 400, { error: 'invalid_request' });
    const back = new URL(redirectUri);
    back.searchParams.set('state', state);
    if (this.refuseSignIn) {
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_description', 'You may not use this console');
      return redirect(response, back.href);
    }
    const code = randomUUID();
    this.#pending.set(code, { challenge, nonce: query.get('nonce') ?? '', redirectUri });
    back.searchParams.set('code', code);
    redirect(response, back.href);
  }

  #token(response: ServerResponse, form: URLSearchParams) {
    if (form.get('grant_type') === 'refresh_token') {
      const known = this.#refreshTokens.has(form.get('refresh_token') ?? '');
      if (!known || this.refuseRefresh) return answer(response, 400, { error: 'invalid_grant' });
      this.renewals += 1;
      return answer(response, 200, { ...this.#access(), token_type: 'Bearer' });
    }
    const code = form.get('code') ?? '';
    const pending = this.#pending.get(code);
    this.#pending.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!pending || pending.challenge !== challenge || form.get('redirect_uri') !== pending.redirectUri)
      return answer(response, 400, { error: 'invalid_grant' });
    this.signIns += 1;
    const refreshToken = randomUUID();
    this.#refreshTokens.add(refreshToken);
    answer(response, 200, {
      ...this.#access(),
      token_type: 'Bearer',
      refresh_token: refreshToken,
      id_token: this.#idToken(pending.nonce),
    });
  }

  #access(): { access_token: string; expires_in: number } {
    const token = randomUUID();
    this.#good.add(token);
    return { access_token: token, expires_in: this.lifetimeS };
  }

  #idToken(nonce: string): string {
    const claims = {
      iss: this.url,
      aud: this.clientId,
      sub: 'operator',
      email: 'operator@example.com',
      nonce: this.forgedNonce ?? nonce,
      exp: Math.floor(Date.now() / 1000) + 3600,
    };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none' })}.${part(claims)}.`;
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location }).end();
}
