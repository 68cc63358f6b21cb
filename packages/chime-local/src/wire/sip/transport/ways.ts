import { type Destination, type Source, TRANSPORTS } from './flow.ts';

/**
 * How the peer of a dialog was last heard. A Contact says where a phone believes itself to be; the address
 * that its requests come from, and at which responses reach it, is known to work (RFC 3581, RFC 5626 section
 * 4, RFC 5923).
 */
export interface Heard {
  readonly source: Source;
  /** The destination of the response to its request. */
  readonly back: Destination;
  /** Whether its Via had `rport` (RFC 3581): it receives on the port that it sends from. */
  readonly rport: boolean;
  /** Whether there is no proxy in between. */
  readonly direct: boolean;
}

/**
 * The ways to the peer, best first: `hop` is the destination of its Contact or Route (RFC 3261 section
 * 12.2.1.1). The flow comes first if the Contact cannot be the address of the phone that we hear; otherwise,
 * and if proxies have recorded a route (`routed`), the flow is used only if `hop` fails.
 */
export function waysTo(
  hop: Destination | undefined,
  heard: Heard | undefined,
  { routed }: { routed: boolean },
): Destination[] {
  if (!heard) return hop ? [hop] : [];
  const { source, back, rport, direct } = heard;
  // A peer that came over one of these transports can be reached on that connection only.
  if (!hop || TRANSPORTS[source.transport].callers || isNobody(hop)) return [back];
  if (hop.connection !== undefined || isSame(hop, back)) return [hop, ...otherEnd(hop, back)];
  const flowFirst = direct && !routed && (rport || source.connection !== undefined || hop.host !== back.host);
  return flowFirst || isElsewhere(hop.host, source.address) ? [back, hop] : [hop, back];
}

/** A way that replaces a closed connection: to the address that was heard, at the port of the URI. */
function otherEnd(hop: Destination, back: Destination): Destination[] {
  return hop.connection === undefined || isSame({ ...hop, connection: 0 }, { ...back, connection: 0 })
    ? []
    : [withoutConnection({ ...hop, host: back.host })];
}

function withoutConnection({ connection: _closed, ...rest }: Destination): Destination {
  return rest;
}

function isSame(a: Partial<Destination>, b: Partial<Destination>): boolean {
  return (
    a.transport === b.transport && a.host === b.host && a.port === b.port && a.connection === b.connection
  );
}

/** Whether two destinations are the same. */
export function isSameWay(a: Destination, b: Destination): boolean {
  return isSame(a, b);
}

/** Whether a host cannot be a single telephone: an untrusted peer could make us send to a whole network. */
function isNobody({ host, port }: Destination): boolean {
  const first = /^(\d{1,3})\.\d/.exec(host)?.[1];
  const many = first === undefined ? /^ff[0-9a-f]{2}:/i.test(host) : Number(first) >= FIRST_MULTICAST;
  return port === 0 || host === '0.0.0.0' || host === '::' || many;
}

/**
 * Whether a host means another machine to the phone than to us, or none: a reserved name, or a network that
 * is not ours.
 */
function isElsewhere(host: string, heardFrom: string): boolean {
  if (/(?:^|\.)invalid$/i.test(host)) return true;
  const kind = networkOf(host);
  return kind !== undefined && kind !== networkOf(heardFrom);
}

/** RFC 5771: from here on there are multicast groups, reserved addresses and the broadcast address. */
const FIRST_MULTICAST = 224;

/** RFC 6890: addresses that are meaningful in one network only. */
const NETWORKS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['loopback', /^(?:127\.|::1$)/],
  ['link', /^(?:169\.254\.|fe[89ab][0-9a-f]:)/i],
  [
    'private',
    /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[789]\d|1[01]\d|12[0-7])\.|f[cd][0-9a-f]{2}:)/i,
  ],
];

function networkOf(host: string): string | undefined {
  return NETWORKS.find(([, pattern]) => pattern.test(host))?.[0];
}
