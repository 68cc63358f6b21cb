import { isIPv4 } from 'node:net';
import type { ConnectorRoute } from '#aws';
import type { NumberRoute } from '#options';
import type { PlacedTarget } from '#sip-edge';

/** A route of a Voice Connector, as a target for a call. */
export interface ConnectorTarget {
  connectorId: string;
  target: PlacedTarget;
}

/** Addresses of this machine and of private networks (RFC 1918, RFC 1122 section 3.2.1.3). */
const PRIVATE = /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/;

/**
 * The targets of a call to a user of a Voice Connector, in the order in which they are tried. A route is used
 * if `--route HOST=sip:…` redirects it, or if its host is an address of this machine or of a private network.
 * Nothing is sent to other networks without an explicit route.
 *
 * The INVITE names the route's own host, wherever it is sent (T-109).
 *
 * @param below returns a random integer from 0 to one less than its argument
 */
export function connectorTargets(
  user: string,
  originations: readonly ConnectorRoute[],
  { routes, below }: { routes: readonly NumberRoute[]; below: (end: number) => number },
): ConnectorTarget[] {
  return inOrder(originations, below).flatMap(({ connectorId, host, port, transport }) => {
    const led = routes.find(({ prefix }) => prefix.toLowerCase() === host.toLowerCase())?.target;
    if (!led && !isNear(host)) return [];
    const parameter = transport === 'tcp' ? ';transport=tcp' : '';
    const uri = `sip:${user}@${host}:${port}${parameter}`;
    const to = led ?? { host, port, transport };
    return [{ connectorId, target: { uri, host: to.host, port: to.port, transport: to.transport } }];
  });
}

/**
 * Orders routes by rank; within a rank, draws them at random in proportion to their weights (as RFC 2782 does
 * for servers).
 */
function inOrder(originations: readonly ConnectorRoute[], below: (end: number) => number): ConnectorRoute[] {
  const ranks = [...new Set(originations.map(({ rank }) => rank))].sort((a, b) => a - b);
  return ranks.flatMap((rank) => {
    const left = originations.filter((route) => route.rank === rank);
    const drawn: ConnectorRoute[] = [];
    while (left.length > 0) drawn.push(...left.splice(drawIndex(left, below), 1));
    return drawn;
  });
}

function drawIndex(routes: readonly ConnectorRoute[], below: (end: number) => number): number {
  let lot = below(routes.reduce((sum, { weight }) => sum + weight, 0));
  return Math.max(
    0,
    routes.findIndex(({ weight }) => {
      lot -= weight;
      return lot < 0;
    }),
  );
}

function isNear(host: string): boolean {
  return host === 'localhost' || (isIPv4(host) && PRIVATE.test(host));
}
