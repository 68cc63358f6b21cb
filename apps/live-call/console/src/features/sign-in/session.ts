import type { Clock } from 'page-ui/clock.ts';
import type { TokenSource } from '../../server/api.ts';
import { ApiFailure } from '../../server/failure.ts';
import { askTokens, type Issuer, IssuerRefused, type Person, type Tokens } from './issuer.ts';

/** Seconds before its expiry at which a token is renewed (or a fifth of its lifetime, if that is less). */
const RENEW_BEFORE_S = 60;

/**
 * The signed-in person's tokens. They are held in memory only: neither the access token nor the refresh token
 * is ever stored, so that nothing is left in the browser for another script or another person. The price is
 * one redirect when the page is loaded again, which the issuer's own session makes silent.
 */
export class Session implements TokenSource {
  readonly person: Person;
  readonly issuer: Issuer;
  readonly #clientId: string;
  readonly #clock: Clock;
  readonly #fetcher: typeof fetch;
  #tokens: Tokens;
  #expiresAt = 0;
  #renewing: Promise<string> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(start: {
    person: Person;
    issuer: Issuer;
    clientId: string;
    tokens: Tokens;
    clock: Clock;
    fetcher: typeof fetch;
  }) {
    this.person = start.person;
    this.issuer = start.issuer;
    this.#clientId = start.clientId;
    this.#clock = start.clock;
    this.#fetcher = start.fetcher;
    this.#tokens = start.tokens;
    this.#take(start.tokens);
  }

  async accessToken(): Promise<string> {
    if (this.#clock.now() < this.#expiresAt) return this.#tokens.accessToken;
    return this.renew(this.#tokens.accessToken);
  }

  /** Returns a token newer than `refused`; one renewal serves all concurrent callers. */
  async renew(refused: string): Promise<string> {
    if (refused !== this.#tokens.accessToken) return this.#tokens.accessToken;
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** Stops renewing; the tokens are dropped together with this object. */
  close(): void {
    this.#cancelTimer?.();
  }

  async #renewOnce(): Promise<string> {
    const refreshToken = this.#tokens.refreshToken;
    if (refreshToken === undefined) throw signedOut('Your sign-in has ended.');
    try {
      const parameters = {
        grant_type: 'refresh_token',
        client_id: this.#clientId,
        refresh_token: refreshToken,
      };
      const tokens = await askTokens(this.issuer.tokenEndpoint, parameters, this.#fetcher);
      this.#take({ refreshToken, ...tokens });
      return tokens.accessToken;
    } catch (error) {
      if (error instanceof IssuerRefused) throw signedOut('Your sign-in has ended.');
      throw new ApiFailure({ kind: 'network', status: 0, message: 'No connection to the sign-in server.' });
    }
  }

  #take(tokens: Tokens): void {
    this.#tokens = tokens;
    this.#expiresAt = this.#clock.now() + tokens.expiresIn * 1000;
    this.#cancelTimer?.();
    if (tokens.refreshToken === undefined) return;
    const early = Math.min(RENEW_BEFORE_S, tokens.expiresIn / 5);
    this.#cancelTimer = this.#clock.after((tokens.expiresIn - early) * 1000, () => {
      // A failure here repeats itself, and is then shown, when the next request needs the token.
      this.renew(tokens.accessToken).catch(() => {});
    });
  }
}

function signedOut(message: string): ApiFailure {
  return new ApiFailure({ kind: 'signed-out', status: 401, message });
}
