/**
 * HTTP/2 on an HTTP/1.1 port: the SDKs of services with bidirectional streams (Polly, Lex, Transcribe) speak
 * only HTTP/2. The first bytes of a connection tell which version it uses (RFC 9113 section 3.4). Each stream
 * is forwarded to the HTTP/1.1 server of the same port, so that requests are read, checked and answered in
 * one place.
 */
import { request as httpRequest, type Server } from 'node:http';
import {
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import * as limits from './limits.ts';

/** The beginning of the HTTP/2 connection preface, with which no HTTP/1.1 request begins. */
const PREFACE = Buffer.from('PRI * HTTP/2.0');
/** Maximum number of concurrent streams per connection, as advertised to the client. Ours. */
const MAX_STREAMS = 100;
/**
 * Connection-specific header fields of HTTP/1.1, which an HTTP/2 answer must not contain (RFC 9113 section
 * 8.2.2).
 */
const OF_CONNECTIONS = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

/**
 * Intercepts the server's connections before its other listeners.
 * @returns a function that closes the HTTP/2 sessions
 */
export function openHttp2Door(server: Server): () => void {
  const sessions = new Set<ServerHttp2Session>();
  const http2 = createServer({ settings: { maxConcurrentStreams: MAX_STREAMS } });
  http2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.setTimeout(limits.KEEP_ALIVE_MS, () => session.close());
  });
  http2.on('stream', (stream, headers) => passOn(stream, headers, server));
  const takers = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    whichIsIt(socket, (isHttp2) => {
      if (isHttp2) http2.emit('connection', socket);
      else for (const take of takers) take.call(server, socket);
    });
  });
  return () => {
    for (const session of sessions) session.destroy();
  };
}

/** Inspects the first bytes and puts them back. A client that sends nothing is disconnected. */
function whichIsIt(socket: Socket, tell: (isHttp2: boolean) => void): void {
  const silent = setTimeout(() => socket.destroy(), limits.HEADERS_TIMEOUT_MS).unref();
  const onError = (): void => void socket.destroy();
  const done = (): void => {
    clearTimeout(silent);
    socket.off('data', look).off('error', onError).off('close', done);
  };
  let held = Buffer.alloc(0);
  const look = (more: Buffer): void => {
    held = Buffer.concat([held, more]);
    const told = Math.min(held.length, PREFACE.length);
    const isHttp2 = held.subarray(0, told).equals(PREFACE.subarray(0, told));
    // While the bytes match the beginning of the preface, more bytes must arrive before the version is known.
    if (isHttp2 && told < PREFACE.length) return;
    done();
    socket.pause();
    socket.unshift(held);
    tell(isHttp2);
    // An HTTP/2 session reads the restored bytes by itself.
    if (!isHttp2) socket.resume();
  };
  socket.on('data', look).on('error', onError).on('close', done);
}

/** Forwards one stream as a request to the same port. HTTP/2's `:authority` becomes the signed `host`. */
function passOn(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, server: Server): void {
  const { ':method': method, ':path': path, ':authority': authority, ...rest } = headers;
  const fields = Object.entries(rest).filter(([name]) => !name.startsWith(':'));
  const { address, port } = server.address() as AddressInfo;
  const onward = httpRequest({
    host: address,
    port,
    method,
    path,
    agent: false,
    headers: { ...Object.fromEntries(fields), host: authority ?? rest.host },
  });
  stream.on('error', () => onward.destroy());
  stream.on('aborted', () => onward.destroy());
  onward.on('error', () => stream.close());
  onward.on('response', (answer) => {
    const given = Object.entries(answer.headers).filter(([name]) => !OF_CONNECTIONS.includes(name));
    if (stream.destroyed) return;
    stream.respond({ ...Object.fromEntries(given), ':status': answer.statusCode });
    answer.pipe(stream);
  });
  stream.pipe(onward);
}
