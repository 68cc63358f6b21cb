/**
 * The proxy for child processes of functions that no guard covers (curl, other languages). They find it
 * through `HTTPS_PROXY` and `HTTP_PROXY`. AWS names lead to this server, allowed hosts are forwarded, and all
 * others are refused with a message.
 */
import { type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { isAwsHost } from './aws-hosts.ts';

export interface TunnelOptions {
  /** The TLS port of the emulated AWS on the loopback interface. */
  tlsPort: number;
  /** Hosts that may be reached: names, addresses, or `*.example.com` for all subdomains. */
  allowed: readonly string[];
}

const LOOPBACK = '127.0.0.1';
const FORBIDDEN = 403;

const isAllowed = (host: string, allowed: readonly string[]): boolean =>
  allowed.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : one === host || one === '*'));

const refusal = (host: string): string =>
  `A program that a function has started wanted to reach ${host}: nothing leaves this machine. Start with --allow-network ${host} to let it.`;

/** Handles the CONNECT requests of the server's clients. */
export function openTunnels(server: Server, { tlsPort, allowed }: TunnelOptions): void {
  server.on('connect', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const { hostname, port } = new URL(
      `http://${/^[\w.:[\]-]+$/.test(incoming.url ?? '') ? incoming.url : 'unknown'}`,
    );
    const aws = isAwsHost(hostname);
    if (!aws && !isAllowed(hostname, allowed)) {
      socket.end(`HTTP/1.1 ${FORBIDDEN} ${refusal(hostname)}\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const far = aws ? connect(tlsPort, LOOPBACK) : connect(Number(port) || 443, hostname);
    far.on('error', () => socket.destroy());
    socket.on('close', () => far.destroy());
    far.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) far.write(head);
      far.pipe(socket);
      socket.pipe(far);
    });
  });
}

/**
 * Forwards requests whose target is an absolute URL, as proxies receive them.
 * @returns false if the request is for this server
 */
export function proxied(
  incoming: IncomingMessage,
  response: ServerResponse,
  { allowed }: Pick<TunnelOptions, 'allowed'>,
): boolean {
  if (!/^http:\/\//i.test(incoming.url ?? '') || !URL.canParse(incoming.url ?? '')) return false;
  const url = new URL(incoming.url ?? '');
  if (isAwsHost(url.hostname)) {
    incoming.url = `${url.pathname}${url.search}`;
    return false;
  }
  if (!isAllowed(url.hostname, allowed)) {
    response.writeHead(FORBIDDEN, { 'content-type': 'text/plain' }).end(`${refusal(url.hostname)}\n`);
    return true;
  }
  const { method, headers } = incoming;
  const far = request(url, { ...(method ? { method } : {}), headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  far.on('error', () => response.writeHead(502).end());
  incoming.pipe(far);
  return true;
}
