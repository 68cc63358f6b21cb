import type { IncomingMessage } from 'node:http';

/**
 * Why the issuer does not serve this request, or undefined. The person at the machine signs in without typing,
 * so nobody else may reach it: not over the network, and not through a name that another site made point to
 * the loopback (DNS rebinding).
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
 * Whether another site's page embeds or scripts the sign-in (Fetch Metadata). Going there by navigation is
 * allowed, as OpenID Connect needs it: it can only end at an address that was registered.
 */
export function isEmbeddedElsewhere(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'none' || site === 'same-origin') return false;
  return request.headers['sec-fetch-mode'] !== 'navigate' || request.headers['sec-fetch-dest'] !== 'document';
}
