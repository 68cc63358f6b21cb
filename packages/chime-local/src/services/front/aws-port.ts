/**
 * The port of the emulated APIs. It is bound before the APIs are created, because functions and queues need
 * its address.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerUnreadable } from '#platform';
import { openHttp2Door } from './http2-door.ts';
import * as limits from './limits.ts';
import { type HostCertificates, listenTls } from './tls.ts';
import { openTunnels, proxied } from './tunnels.ts';

export interface AwsPortOptions {
  /** The address to listen on, e.g. `127.0.0.1`. */
  address: string;
  /** 0 selects any free port. */
  port: number;
  /** Signs certificates for AWS's host names. Without it there is no TLS. */
  certificates?: HostCertificates;
  /** Hosts that child processes of functions may reach through this port. */
  allowed?: readonly string[];
}

type Listener = (incoming: IncomingMessage, response: ServerResponse) => void;

/** Answers requests that arrive before the APIs are ready with a status that SDKs retry. */
const starting: Listener = (_incoming, response) => {
  response.writeHead(503, { 'retry-after': '1' }).end();
};

export class AwsPort {
  readonly address: string;
  readonly port: number;
  /** The URL `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /**
   * The port for TLS, for clients that use AWS's own names and are redirected here; undefined without
   * certificates.
   */
  readonly tlsPort: number | undefined;
  readonly #server: Server;
  readonly #closeTls: (() => Promise<void>) | undefined;
  readonly #closeSessions: () => void;
  readonly #allowed: readonly string[];

  /** Rejects if the port is in use (`EADDRINUSE`) or the address does not belong to this machine. */
  static async open({ address, port, certificates, allowed = [] }: AwsPortOptions): Promise<AwsPort> {
    const server = createServer(
      {
        maxHeaderSize: limits.MAX_HEADER_BYTES,
        noDelay: true,
        connectionsCheckingInterval: limits.TIMEOUT_CHECK_MS,
      },
      starting,
    );
    server.maxHeadersCount = limits.MAX_HEADERS;
    server.maxConnections = limits.MAX_CONNECTIONS;
    // If clients hold all connections, the idle ones are closed to make room; SDKs reconnect.
    server.on('drop', () => server.closeIdleConnections());
    server.headersTimeout = limits.HEADERS_TIMEOUT_MS;
    server.requestTimeout = limits.REQUEST_TIMEOUT_MS;
    server.keepAliveTimeout = limits.KEEP_ALIVE_MS;
    answerUnreadable(server);
    await listen(server, port, address);
    const closeSessions = openHttp2Door(server);
    const tls = certificates && (await listenTls(server, certificates, address));
    if (tls) openTunnels(server, { tlsPort: tls.port, allowed });
    return new AwsPort(address, server, closeSessions, tls, allowed);
  }

  private constructor(
    address: string,
    server: Server,
    closeSessions: () => void,
    tls: { port: number; close(): Promise<void> } | undefined,
    allowed: readonly string[],
  ) {
    this.#allowed = allowed;
    this.address = address;
    this.port = (server.address() as AddressInfo).port;
    this.endpoint = `http://${address.includes(':') ? `[${address}]` : address}:${this.port}`;
    this.tlsPort = tls?.port;
    this.#server = server;
    this.#closeTls = tls?.close;
    this.#closeSessions = closeSessions;
  }

  /** From now on requests go to the listener. */
  serve(listener: Listener): void {
    this.#server.off('request', starting).on('request', (incoming, response) => {
      if (!proxied(incoming, response, { allowed: this.#allowed })) listener(incoming, response);
    });
  }

  /** Stops listening and closes open connections. */
  async close(): Promise<void> {
    this.#closeSessions();
    await this.#closeTls?.();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
