/**
 * TLS under AWS's own host names, for SDKs that are redirected here from these names and use nothing but TLS.
 */
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext, createServer, type SecureContext, type Server } from 'node:tls';
import { isAwsHost } from './aws-hosts.ts';
import * as limits from './limits.ts';

/** Issues a PEM certificate for a host name. */
export interface HostCertificates {
  certificateFor(host: string): { cert: string; key: string };
}

/** Maximum number of cached certificates, since clients choose the names. Ours. */
const MAX_CERTIFICATES = 500;

/**
 * A TLS port whose connections the HTTP server handles. The certificate of a host name is created at its
 * first use.
 */
export async function listenTls(
  server: HttpServer,
  certificates: HostCertificates,
  address: string,
): Promise<{ port: number; close(): Promise<void> }> {
  const made = new Map<string, SecureContext>();
  const contextFor = (host: string): SecureContext => {
    let context = made.get(host);
    if (!context) {
      context = createSecureContext(certificates.certificateFor(host));
      if (made.size < MAX_CERTIFICATES) made.set(host, context);
    }
    return context;
  };
  const open = new Set<Socket>();
  const tls: Server = createServer({
    ALPNProtocols: ['h2', 'http/1.1'],
    ...certificates.certificateFor(address),
    SNICallback: (name, done) => {
      if (isAwsHost(name)) done(null, contextFor(name));
      else done(null);
    },
  });
  tls.on('secureConnection', (socket) => server.emit('connection', socket));
  tls.on('tlsClientError', (_error, socket) => socket.destroy());
  tls.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  tls.maxConnections = limits.MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    tls.once('error', reject).listen(0, address, () => resolve());
  });
  return {
    port: (tls.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => tls.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
