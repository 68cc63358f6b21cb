import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Clock, Ids } from '#platform';
import type { IssuerKeys } from './issuer-keys.ts';

/** Lifetime of access and ID tokens in seconds. Cognito's default: one hour. */
export const TOKEN_SECONDS = 3600;
/** Lifetime of an authorization code in milliseconds. RFC 6749 4.1.2 recommends at most ten minutes. */
const CODE_MS = 60_000;
/** Lifetime of a refresh token in milliseconds. Cognito's default: 30 days. */
const REFRESH_MS = 30 * 24 * 3_600_000;
/** Maximum number of codes, and of refresh tokens, kept at a time; the oldest are dropped. Our choice. */
const MAX_REMEMBERED = 1000;

/** What a sign-in granted. */
export interface Grant {
  clientId: string;
  scopes: string[];
  /** Seconds since the epoch. */
  authTime: number;
  nonce?: string;
}

interface Code extends Grant {
  redirectUri: string;
  challenge: string;
  expires: number;
  /** Set once the code was used; a second use revokes what the first one gave (RFC 6749 4.1.2). */
  refreshToken?: string;
}

export interface TokenAnswer {
  access_token: string;
  id_token?: string;
  refresh_token?: string;
  token_type: 'Bearer';
  expires_in: number;
}

/** The only user's name, in the tokens' `username`. */
const USERNAME = 'operator';

/** Issues and redeems all codes and tokens. Codes and refresh tokens are kept in memory. */
export class IssuerTokens {
  readonly #issuer: string;
  readonly #keys: IssuerKeys;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #codes = new Map<string, Code>();
  readonly #refresh = new Map<string, Grant & { expires: number }>();

  constructor(issuer: string, keys: IssuerKeys, clock: Clock, ids: Ids) {
    this.#issuer = issuer;
    this.#keys = keys;
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Issues an authorization code for a sign-in at the current time. */
  issueCode(grant: Omit<Grant, 'authTime'>, redirectUri: string, challenge: string): string {
    const code = this.#ids.hex(32);
    remember(this.#codes, code, {
      ...grant,
      authTime: this.#seconds(),
      redirectUri,
      challenge,
      expires: this.#clock.now() + CODE_MS,
    });
    return code;
  }

  /** Redeems a code for tokens (RFC 6749 4.1.3, RFC 7636 4.5). A code is valid once. */
  async redeemCode(
    code: string,
    clientId: string,
    redirectUri: string,
    verifier: string,
  ): Promise<TokenAnswer | 'invalid_grant'> {
    const known = this.#codes.get(code);
    if (!known || known.clientId !== clientId) return 'invalid_grant';
    if (known.refreshToken !== undefined) {
      this.#refresh.delete(known.refreshToken);
      return 'invalid_grant';
    }
    // A wrong verifier uses up the code, too: there is no second guess.
    known.refreshToken = this.#ids.hex(32);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (
      known.expires <= this.#clock.now() ||
      known.redirectUri !== redirectUri ||
      known.challenge !== challenge
    ) {
      return 'invalid_grant';
    }
    const { scopes, authTime, nonce } = known;
    const grant: Grant = { clientId, scopes, authTime, ...(nonce === undefined ? {} : { nonce }) };
    remember(this.#refresh, known.refreshToken, { ...grant, expires: this.#clock.now() + REFRESH_MS });
    return { ...(await this.#tokensFor(grant)), refresh_token: known.refreshToken };
  }

  /** Redeems a refresh token. As with Cognito, it stays valid and is not returned again. */
  async redeemRefreshToken(refreshToken: string, clientId: string): Promise<TokenAnswer | 'invalid_grant'> {
    const known = this.#refresh.get(refreshToken);
    if (!known || known.clientId !== clientId || known.expires <= this.#clock.now()) return 'invalid_grant';
    return this.#tokensFor(known);
  }

  /** Claims as in Cognito's access token. */
  accessToken(grant: Grant, lifetimeSeconds: number): Promise<string> {
    return this.#sign(lifetimeSeconds, {
      client_id: grant.clientId,
      token_use: 'access',
      scope: grant.scopes.join(' '),
      auth_time: grant.authTime,
      version: 2,
      username: USERNAME,
    });
  }

  async #tokensFor(grant: Grant): Promise<TokenAnswer> {
    const access = await this.accessToken(grant, TOKEN_SECONDS);
    const answer: TokenAnswer = { access_token: access, token_type: 'Bearer', expires_in: TOKEN_SECONDS };
    if (!grant.scopes.includes('openid')) return answer;
    const halfHash = createHash('sha256').update(access).digest().subarray(0, 16).toString('base64url');
    const identity = await this.#sign(TOKEN_SECONDS, {
      aud: grant.clientId,
      token_use: 'id',
      auth_time: grant.authTime,
      at_hash: halfHash,
      'cognito:username': USERNAME,
      ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }),
    });
    return { ...answer, id_token: identity };
  }

  #sign(lifetimeSeconds: number, claims: Record<string, unknown>): Promise<string> {
    const now = this.#seconds();
    return new SignJWT({ ...claims, jti: this.#ids.guid() })
      .setProtectedHeader({ alg: 'RS256', kid: this.#keys.keyId })
      .setIssuer(this.#issuer)
      .setSubject(this.#keys.subject)
      .setIssuedAt(now)
      .setExpirationTime(now + lifetimeSeconds)
      .sign(this.#keys.privateKey);
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= MAX_REMEMBERED) map.delete(map.keys().next().value ?? '');
  map.set(key, value);
}
