import { base64Url, randomText } from '../../platform/random.ts';

/** One attempt to sign in; kept in the tab until the issuer redirects the person back. */
export interface Attempt {
  /** Ties the answer to this attempt (RFC 6749 section 10.12). */
  state: string;
  /** Ties the id token to this attempt (OpenID Connect Core section 3.1.2.1). */
  nonce: string;
  /** The code verifier (RFC 7636 section 4.1); 43 characters. */
  verifier: string;
}

export function createAttempt(): Attempt {
  return { state: randomText(16), nonce: randomText(16), verifier: randomText(32) };
}

/** The S256 challenge of a verifier (RFC 7636 section 4.2). */
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(digest));
}

/** The address that asks the issuer for a code. */
export function authorizeUrl(
  endpoint: string,
  request: { clientId: string; redirectUri: string; attempt: Attempt; challenge: string },
): string {
  const url = new URL(endpoint);
  const { attempt } = request;
  const parameters = {
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    // Without `email`, Cognito names the person by an opaque id.
    scope: 'openid email',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: request.challenge,
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** The result that the issuer's redirect brought back. */
export type Returned =
  | { kind: 'none' }
  | { kind: 'code'; code: string }
  | { kind: 'refused'; reason: string };

/** Reads the query of the page's address and checks that it answers this tab's attempt. */
export function readReturn(query: string, attempt: Attempt | undefined): Returned {
  const parameters = new URLSearchParams(query);
  const code = parameters.get('code');
  const error = parameters.get('error');
  if (code === null && error === null) return { kind: 'none' };
  if (attempt === undefined || parameters.get('state') !== attempt.state)
    return { kind: 'refused', reason: 'The answer of the sign-in page does not belong to this tab.' };
  if (error !== null)
    return {
      kind: 'refused',
      reason: `The sign-in page answered ${error}: ${parameters.get('error_description') ?? 'no reason given'}.`,
    };
  return { kind: 'code', code: code ?? '' };
}
