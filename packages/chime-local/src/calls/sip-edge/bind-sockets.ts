import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';
import tls from 'node:tls';
import { sourceKey } from '#sip';
import type { SipEdgeLimits } from './limits.ts';
import type { TlsOptions } from './sip-edge.ts';

/** Number of attempts to find a port if any port will do. */
const TRIES = 20;
/**
 * Receive buffer for a burst of INVITEs while the event loop is busy, bytes; the system may allow less
 * (net.core.rmem_max).
 */
const RECEIVE_BUFFER_BYTES = 4_194_304;

export interface BoundSockets {
  udp: dgram.Socket;
  tcp: net.Server;
  port: number;
}

/**
 * Binds UDP and TCP on one port; port 0 means any port that is free for both. Throws an error with advice if
 * a port is in use or an address does not belong to this machine.
 */
export async function bindSockets(
  address: string,
  port: number,
  onConnection: (socket: net.Socket) => void,
): Promise<BoundSockets> {
  for (let tries = 1; ; tries++) {
    const udp = dgram.createSocket({
      type: net.isIPv6(address) ? 'udp6' : 'udp4',
      recvBufferSize: RECEIVE_BUFFER_BYTES,
      lookup: lookupLiteral,
    });
    const tcp = net.createServer({ noDelay: true, keepAlive: true }, onConnection);
    try {
      await bindUdp(udp, address, port);
      const bound = udp.address().port;
      await listenTcp(tcp, address, bound);
      return { udp, tcp, port: bound };
    } catch (error) {
      udp.close();
      tcp.close();
      if (port !== 0 || tries >= TRIES || codeOf(error) !== 'EADDRINUSE') {
        throw explain(error, address, port);
      }
    }
  }
}

/** Checks that the port is free before lengthy work begins in vain. Throws as `bindSockets` does. */
export async function checkSipPort(address: string, port: number): Promise<void> {
  const { udp, tcp } = await bindSockets(address, port, (socket) => socket.destroy());
  await Promise.all([
    new Promise<void>((resolve) => udp.close(resolve)),
    new Promise<void>((resolve) => tcp.close(() => resolve())),
  ]);
}

/** How long a TLS handshake may take, ms. */
const HANDSHAKE_MS = 10_000;

/**
 * SIP over TLS (RFC 3261 section 26.2) with a certificate of our own. The limits include connections that are
 * still in their handshake.
 */
export async function bindTls(
  address: string,
  { port, key, cert }: TlsOptions,
  { connections, sourceShare }: Pick<SipEdgeLimits, 'connections' | 'sourceShare'>,
  onConnection: (socket: tls.TLSSocket) => void,
): Promise<tls.Server> {
  const options = { key, cert, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS } as const;
  const server = tls.createServer({ ...options, noDelay: true, keepAlive: true }, onConnection);
  server.maxConnections = connections;
  shareAmongSources(server, connections * sourceShare);
  try {
    await listenTcp(server, address, port);
    return server;
  } catch (error) {
    throw explain(error, address, port, '--sip-tls-port');
  }
}

/** Limits the connections of each source, so that unfinished handshakes of one leave room for others. */
function shareAmongSources(server: net.Server, most: number): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const source = sourceKey(socket.remoteAddress ?? '');
    const count = (open.get(source) ?? 0) + 1;
    open.set(source, count);
    socket.once('close', () => {
      const left = (open.get(source) ?? 1) - 1;
      if (left === 0) open.delete(source);
      else open.set(source, left);
    });
    if (count > most) socket.destroy();
  });
}

/** A literal address needs no lookup; the general path would go through the thread pool. */
function lookupLiteral(
  host: string,
  options: dns.LookupOneOptions,
  callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  const family = net.isIP(host);
  if (family !== 0) callback(null, host, family);
  else dns.lookup(host, options, callback);
}

function bindUdp(socket: dgram.Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

function listenTcp(server: net.Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function explain(error: unknown, address: string, port: number, option = '--sip-port'): Error {
  const code = codeOf(error);
  const wanted = port === 0 ? 'any SIP port' : `SIP port ${port}`;
  const texts: Record<string, string> = {
    EADDRINUSE: `${wanted} on ${address} is in use by another program; stop that program, or choose another port with ${option} (0 = any free one)`,
    EACCES: `${wanted} on ${address} may not be opened by this user; choose one above 1023 with ${option}`,
    EADDRNOTAVAIL: `${address} is not an address of this machine, so SIP cannot listen there`,
  };
  const text = texts[code ?? ''] ?? `SIP cannot listen on ${address} port ${port}: ${String(error)}`;
  return new Error(text, { cause: error });
}
