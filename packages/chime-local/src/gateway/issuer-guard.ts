import type { IncomingMessage } from 'node:http';

/**
 * Returns why the issuer does not serve this request, or undefined. The user is signed in without typing, so
 * nobody else may reach the issuer: neither over the network nor through a host name that another site has
 * made resolve to the loopback (DNS rebinding).
 */
export function refusalOf(request: IncomingMessage, issuerHost: string): string | undefined {
  const remote = request.socket.remoteAddress ?? '';
  if (!/^(::1$|(::ffff:)?127\.)/.test(remote)) {
    return 'Sign-in is served to this machine only; open the page on the machine that runs the system';
  }
  if (request.headers.host !== issuerHost) {
    return `Sign-in is served at ${issuerHost} only; use the address that was printed at the start`;
  }
  return undefined;
}

/**
 * Whether a page of another site embeds the sign-in or requests it from a script (Fetch Metadata). Navigation
 * is allowed, as OpenID Connect needs it: it can only end at a registered address.
 */
export function isEmbeddedElsewhere(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'none' || site === 'same-origin') return false;
  return request.headers['sec-fetch-mode'] !== 'navigate' || request.headers['sec-fetch-dest'] !== 'document';
}
