import type { Clock } from 'page-ui/clock.ts';
import { isObject } from 'page-ui/is-object.ts';
import type { ConsoleConfig } from '#contract';
import { forget, keep, readKept } from '../../platform/kept.ts';
import { askTokens, checkIdToken, discover, type Issuer, IssuerRefused } from './issuer.ts';
import { type Attempt, authorizeUrl, challengeOf, createAttempt, readReturn } from './pkce.ts';
import { Session } from './session.ts';

/** The state in which the page starts: signed in, on its way to the issuer, or waiting for a person. */
export type Start =
  | { kind: 'signed-in'; session: Session }
  | { kind: 'leaving' }
  | { kind: 'signed-out' }
  | { kind: 'failed'; reason: string };

const ATTEMPT = 'sign-in';
const SIGNED_OUT = 'signed-out';

/**
 * Signs in with a code and PKCE (RFC 6749 section 4.1, RFC 7636). Called once when the page is loaded: it
 * either goes to the issuer or completes the sign-in after the issuer's redirect.
 */
export async function startSignIn(config: ConsoleConfig, clock: Clock): Promise<Start> {
  const attempt = readKept(ATTEMPT, isAttempt);
  const returned = readReturn(location.search, attempt);
  if (returned.kind !== 'none') {
    forget(ATTEMPT);
    history.replaceState(null, '', location.pathname);
  }
  try {
    if (returned.kind === 'refused') return { kind: 'failed', reason: returned.reason };
    if (returned.kind === 'code' && attempt)
      return { kind: 'signed-in', session: await finish(config, clock, returned.code, attempt) };
    if (readKept(SIGNED_OUT, isTrue)) return { kind: 'signed-out' };
    await goToIssuer(config);
    return { kind: 'leaving' };
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error, config) };
  }
}

/** Leaves the page for the issuer. @throws Error when the issuer cannot be reached or its document is wrong */
export async function goToIssuer(config: ConsoleConfig): Promise<void> {
  const issuer = await discover(config.issuer, fetch);
  const attempt = createAttempt();
  keep(ATTEMPT, attempt);
  forget(SIGNED_OUT);
  const challenge = await challengeOf(attempt.verifier);
  const request = { clientId: config.clientId, redirectUri: redirectUri(), attempt, challenge };
  location.assign(authorizeUrl(issuer.authorizationEndpoint, request));
}

/**
 * Ends the session here and at the issuer. The return address is given under both Cognito's name
 * (`logout_uri`) and that of OpenID Connect RP-Initiated Logout.
 */
export function signOut(config: ConsoleConfig, session: Session): void {
  session.close();
  keep(SIGNED_OUT, true);
  const endpoint = session.issuer.endSessionEndpoint;
  const url = new URL(endpoint ?? redirectUri());
  if (endpoint !== undefined) {
    url.searchParams.set('client_id', config.clientId);
    url.searchParams.set('logout_uri', redirectUri());
    url.searchParams.set('post_logout_redirect_uri', redirectUri());
  }
  location.assign(url.href);
}

async function finish(config: ConsoleConfig, clock: Clock, code: string, attempt: Attempt): Promise<Session> {
  const issuer: Issuer = await discover(config.issuer, fetch);
  const parameters = {
    grant_type: 'authorization_code',
    client_id: config.clientId,
    code,
    redirect_uri: redirectUri(),
    code_verifier: attempt.verifier,
  };
  const tokens = await askTokens(issuer.tokenEndpoint, parameters, fetch);
  if (tokens.idToken === undefined) throw new IssuerRefused('The issuer gave no id token.');
  const expected = {
    issuer: issuer.issuer,
    clientId: config.clientId,
    nonce: attempt.nonce,
    nowMs: clock.now(),
  };
  const person = checkIdToken(tokens.idToken, expected);
  return new Session({
    person,
    issuer,
    clientId: config.clientId,
    tokens,
    clock,
    fetcher: fetch.bind(window),
  });
}

/** The redirect address that is registered with the issuer: the root of the page's origin. */
function redirectUri(): string {
  return `${location.origin}/`;
}

function reasonOf(error: unknown, config: ConsoleConfig): string {
  if (error instanceof TypeError) return `The sign-in server could not be reached: ${config.issuer}`;
  return error instanceof Error ? error.message : String(error);
}

function isAttempt(value: unknown): value is Attempt {
  return isObject(value) && ['state', 'nonce', 'verifier'].every((name) => typeof value[name] === 'string');
}

function isTrue(value: unknown): value is true {
  return value === true;
}
