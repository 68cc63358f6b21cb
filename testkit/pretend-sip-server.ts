import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { createResponse, parseMessage, type SipMessage, type SipRequest, serializeMessage } from '#sip';
import { eventually } from './eventually.ts';
import { PretendServerCall } from './pretend-server-call.ts';

/** How the server handles a call to a number. */
export type Plan =
  | { do: 'answer' }
  /** Sends 180 and nothing else. */
  | { do: 'ring' }
  /** Sends nothing but 100. */
  | { do: 'nothing' }
  | { do: 'refuse'; code: number };

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The content security policy that the runtime sends with its pages. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; media-src 'self' blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const TAG = 'server';

/**
 * The surroundings of the phone page on one loopback port: its files under `/phone/`, its configuration, and
 * a SIP server over WebSocket (`/sip`, RFC 7118) that registers everybody and handles calls as a test
 * planned. For sound, see `PretendWebRtcEnd`.
 */
export class PretendSipServer {
  /** Plans by dialled number; other numbers get 404. */
  readonly plans = new Map<string, Plan>();
  readonly calls: PretendServerCall[] = [];
  /** Every received request, for assertions about what the page sends. */
  readonly requests: SipRequest[] = [];
  /** Overrides of members of the page's configuration. */
  config: Record<string, unknown> = {};
  /** Numbers whose registration is refused, with the status code. */
  readonly refused = new Map<string, number>();
  /** Serves the paths below `/calls/` if a test sets it; otherwise there is nothing. */
  serveCalls: ((path: string, query: URLSearchParams, response: ServerResponse) => Promise<void>) | undefined;
  /** False if WebSockets are cut off, as when the server is gone. */
  reachable = true;
  readonly #registered = new Map<string, { socket: WebSocket; contact: string }>();
  readonly #dist: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #webSockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'sip' });

  /** `dist`: the built page. */
  constructor(dist: string) {
    this.#dist = dist;
    this.#server = createServer((request, response) => void this.#serve(request.url ?? '/', response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request, socket, head) => {
      if (!this.reachable) return socket.destroy();
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#connect(webSocket));
    });
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get pageUrl(): string {
    return `http://${this.host}/phone/`;
  }

  async start(): Promise<void> {
    await new Promise<void>((started) => this.#server.listen(0, '127.0.0.1', started));
  }

  async close(): Promise<void> {
    await Promise.all(this.calls.map((call) => call.dispose()));
    for (const socket of this.#webSockets.clients) socket.terminate();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }

  /** The registered numbers. */
  registered(): string[] {
    return [...this.#registered.keys()];
  }

  /** The newest call, as soon as there is one. */
  call(): Promise<PretendServerCall> {
    return eventually('a call', () => this.calls.at(-1));
  }

  /** Cuts every WebSocket; `reachable` determines what happens to new ones. */
  cutOff(): void {
    for (const socket of this.#webSockets.clients) socket.terminate();
  }

  /** Calls a registered page phone. */
  async place(to: string, from: string): Promise<PretendServerCall> {
    const phone = this.#registered.get(to);
    if (!phone) throw new Error(`${to} is not registered; ${this.registered().join(', ')} are.`);
    const call = await PretendServerCall.place({ ...phone, to, from, host: this.host });
    this.calls.push(call);
    return call;
  }

  #connect(socket: WebSocket): void {
    socket.on('message', (data) => {
      const text = data.toString();
      if (text.trim() === '') return;
      const parsed = parseMessage(Buffer.from(text));
      if (parsed.kind !== 'message') throw new Error(`The page sent what is no SIP: ${text}`);
      this.#receive(socket, parsed.message);
    });
    socket.on('close', () => {
      for (const [number, one] of this.#registered)
        if (one.socket === socket) this.#registered.delete(number);
    });
  }

  #receive(socket: WebSocket, message: SipMessage) {
    if (message.kind === 'response') {
      this.calls.find(({ callId }) => callId === message.callId)?.receiveResponse(message);
      return;
    }
    this.requests.push(message);
    if (message.method === 'REGISTER') return this.#register(socket, message);
    const call = this.calls.find(({ callId }) => callId === message.callId);
    if (call) return call.receiveRequest(message);
    if (message.method === 'INVITE') return this.#invite(socket, message);
    if (message.method !== 'ACK') socket.send(serializeMessage(createResponse(message, 481)).toString());
  }

  #register(socket: WebSocket, request: SipRequest) {
    const number = userOf(request.to?.uri);
    const contact = request.headers.get('contact') ?? '';
    const code = this.refused.get(number);
    const other = this.#registered.get(number);
    const answer = (status: number, headers: [string, string][] = []) =>
      socket.send(serializeMessage(createResponse(request, status, { toTag: TAG, headers })).toString());
    if (code !== undefined) return answer(code);
    if (other && other.socket !== socket) return answer(403);
    if (/expires=0/.test(contact)) this.#registered.delete(number);
    else this.#registered.set(number, { socket, contact: /<([^>]*)>/.exec(contact)?.[1] ?? '' });
    answer(200, [['Contact', contact]]);
  }

  #invite(socket: WebSocket, request: SipRequest): void {
    const number = userOf(request.uri);
    const plan = this.plans.get(number) ?? { do: 'refuse', code: 404 };
    const call = new PretendServerCall({ socket, host: this.host, invite: request });
    this.calls.push(call);
    call.respond(100);
    if (plan.do === 'refuse') call.respond(plan.code);
    if (plan.do === 'ring') call.respond(180);
    if (plan.do === 'answer') void call.answer();
  }

  async #serve(url: string, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (pathname.startsWith('/calls/') && this.serveCalls) {
      await this.serveCalls(pathname, searchParams, response);
      return;
    }
    if (pathname === '/phone/config.json') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(this.#config()));
      return;
    }
    const path = normalize(pathname.replace(/^\/phone\/?/, '/'));
    const bytes = await readFile(join(this.#dist, path === '/' ? 'index.html' : path)).catch(() => undefined);
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('content-type', TYPES[extname(path === '/' ? 'index.html' : path)] ?? 'text/plain');
    response.writeHead(bytes ? 200 : 404).end(bytes);
  }

  #config(): Record<string, unknown> {
    return {
      sipUrl: `ws://${this.host}/sip`,
      numbers: [{ number: '+12025550100', label: 'Welcome line' }],
      ownNumbers: { first: '+12025550160', count: 40 },
      iceServers: [],
      ...this.config,
    };
  }
}

/** The user part of a SIP URI, unescaped. */
function userOf(uri = ''): string {
  return decodeURIComponent(/^sips?:([^@;>]+)@/i.exec(uri)?.[1] ?? '');
}
