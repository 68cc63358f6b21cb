/**
 * HTTP/2 on a port of HTTP/1.1: SDKs whose service has streams in both directions (Polly, Lex, Transcribe) speak nothing
 * else. Which of the two a connection speaks, its first bytes say (RFC 9113 section 3.4). Each stream is passed on to the
 * HTTP/1.1 server of the same port, so that requests are read, checked and answered in one place.
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

/** The beginning of the preface, which no request of HTTP/1.1 has. */
const PREFACE = Buffer.from('PRI * HTTP/2.0');
/** Streams of one connection at a time, told to the client. Ours. */
const MAX_STREAMS = 100;
/** Header fields of HTTP/1.1 connections, which an HTTP/2 answer must not have (RFC 9113 section 8.2.2). */
const OF_CONNECTIONS = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

/** Puts itself before the listeners that take the server's connections. @returns what ends its sessions. */
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

/** Looks at the first bytes, and puts them back. Who says nothing is sent away. */
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
    // A few bytes of the preface could still become it: the rest is waited for.
    if (isHttp2 && told < PREFACE.length) return;
    done();
    socket.pause();
    socket.unshift(held);
    tell(isHttp2);
    // A session of HTTP/2 reads for itself what was put back.
    if (!isHttp2) socket.resume();
  };
  socket.on('data', look).on('error', onError).on('close', done);
}

/** One stream, as a request to the same port; the signed `host` is what HTTP/2 calls `:authority`. */
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
