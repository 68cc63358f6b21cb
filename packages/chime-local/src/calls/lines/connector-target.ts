import { isIPv4 } from 'node:net';
import type { NumberRoute } from '#options';
import type { PlacedTarget } from '#sip-edge';

/** Where a call to a Voice Connector may go. */
export interface OriginationRoute {
  connectorId: string;
  host: string;
  port: number;
  transport: 'udp' | 'tcp';
}

/** Addresses of this machine and of private networks (RFC 1918, RFC 1122 section 3.2.1.3). */
const PRIVATE = /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/;

/**
 * Where a call to a user of a Voice Connector goes: to the first route that `--route HOST=sip:…` leads to, or that is an
 * address of this machine or of a private network; undefined when none is. Nothing leaves for other networks unasked.
 *
 * The INVITE names the route's own host, wherever it is sent (T-109).
 */
export function connectorTarget(
  user: string,
  originations: readonly OriginationRoute[],
  routes: readonly NumberRoute[],
): { connectorId: string; target: PlacedTarget } | undefined {
  for (const { connectorId, host, port, transport } of originations) {
    const led = routes.find(({ prefix }) => prefix.toLowerCase() === host.toLowerCase())?.target;
    if (!led && !isNear(host)) continue;
    const parameter = transport === 'tcp' ? ';transport=tcp' : '';
    const uri = `sip:${user}@${host}:${port}${parameter}`;
    const to = led ?? { host, port, transport };
    return { connectorId, target: { uri, host: to.host, port: to.port, transport: to.transport } };
  }
  return undefined;
}

function isNear(host: string): boolean {
  return host === 'localhost' || (isIPv4(host) && PRIVATE.test(host));
}
