import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import type { SipEdge } from '#sip-edge';
import { eventually } from '#testkit';

/** A connection that carries SIP as text to the edge and back. */
export interface Wire {
  /** The transport as named in Via. */
  readonly via: string;
  readonly host: string;
  readonly port: number;
  send(text: string): void;
  onText: (text: string) => void;
  close(): unknown;
}

/** `host`: the phone's address. */
export async function udpWire(edge: SipEdge, host: string, to = host): Promise<Wire> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').bind(0, host);
  await once(socket, 'listening');
  const { port } = socket.address();
  const send = (text: string) => socket.send(text, edge.port, to);
  const wire: Wire = { via: 'UDP', host, port, send, onText: () => {}, close: () => socket.close() };
  socket.on('message', (bytes) => wire.onText(bytes.toString()));
  return wire;
}

/** `ca`: the certificate authority; given for TLS. */
export async function streamWire(edge: SipEdge, host: string, ca?: string): Promise<Wire> {
  const socket = ca ? connectTls({ port: edge.tlsPort ?? 0, host, ca }) : connect(edge.port, host);
  await once(socket, ca ? 'secureConnect' : 'connect');
  const wire: Wire = {
    ...{ via: ca ? 'TLS' : 'TCP', host, port: socket.localPort ?? 0, onText: () => {} },
    send: (text) => socket.write(text),
    close: () => socket.destroy(),
  };
  socket.on('data', (bytes) => {
    // On the loopback interface messages arrive whole, but possibly several together.
    for (const text of bytes.toString().split(/(?=^(?:SIP\/2\.0 \d|[A-Z]+ sips?:))/m)) wire.onText(text);
  });
  socket.on('error', () => {});
  return wire;
}

export async function webSocketWire(edge: SipEdge): Promise<Wire> {
  const server = createServer().on('upgrade', (...upgrade) => edge.acceptWebSocket(...upgrade));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/sip`, 'sip');
  await once(socket, 'open');
  const wire: Wire = {
    ...{ via: 'WS', host: '127.0.0.1', port: 1, onText: () => {} },
    send: (text) => socket.send(text),
    close() {
      socket.terminate();
      server.close();
    },
  };
  socket.on('message', (data) => wire.onText(String(data)));
  return wire;
}

const inUri = (host: string) => (host.includes(':') ? `[${host}]` : host);

/** Offers PCMU and telephone events at that address. */
export function offerAt(host: string, port: number, ...lines: string[]): string {
  const address = `IN ${host.includes(':') ? 'IP6' : 'IP4'} ${host}`;
  const media = [`m=audio ${port} RTP/AVP 0 101`, 'a=rtpmap:101 telephone-event/8000', ...lines];
  return ['v=0', `o=- 1 1 ${address}`, 's=-', `c=${address}`, 't=0 0', ...media, ''].join('\r\n');
}

/** A telephone that writes its SIP as text, over any connection. */
export class TextPhone {
  readonly heard: string[] = [];
  readonly #wire: Wire;
  readonly #callId: string;
  #toTag = '';

  constructor(wire: Wire, name: string) {
    this.#wire = wire;
    this.#callId = name;
    wire.onText = (text) => this.heard.push(text);
  }

  request(method: string, cseq: number, body = '', contentType = 'application/sdp'): void {
    const { via, host, port } = this.#wire;
    const here = `${inUri(host)}:${port}`;
    const lines = [
      `${method} sip:+15551230000@${inUri(host)} SIP/2.0`,
      `Via: SIP/2.0/${via} ${here};branch=z9hG4bK-${this.#callId}-${method}-${cseq};rport`,
      'Max-Forwards: 70',
      `From: <sip:+15557770001@${inUri(host)}>;tag=text`,
      `To: <sip:+15551230000@${inUri(host)}>${this.#toTag && `;tag=${this.#toTag}`}`,
      `Call-ID: ${this.#callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:phone@${here};transport=${via.toLowerCase()}>`,
      ...(body && [`Content-Type: ${contentType}`]),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.#wire.send([...lines, '', body].join('\r\n'));
  }

  /** Waits for a message that matches. */
  until(pattern: RegExp): Promise<string> {
    const instead = () => `Heard: ${this.heard.join('\n')}`;
    return eventually(
      `${this.#callId} hears ${pattern}`,
      () => this.heard.find((text) => pattern.test(text)),
      {
        instead,
      },
    );
  }

  /**
   * Places a call. Resolves with the port that the edge expects media at, or 0 without one. The call is
   * acknowledged unless told otherwise.
   */
  async call(offer: string, { acknowledge = true } = {}): Promise<number> {
    this.request('INVITE', 1, offer);
    const answer = await this.until(/^SIP\/2\.0 200 [\s\S]*CSeq: 1 INVITE/);
    this.#toTag = /^To:.*;tag=(\S+)/m.exec(answer)?.[1] ?? '';
    if (acknowledge) this.request('ACK', 1);
    return Number(/^m=audio (\d+)/m.exec(answer)?.[1] ?? 0);
  }

  /** Answers a request with 200. */
  agree(request: string): void {
    const echoed = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
    this.#wire.send(['SIP/2.0 200 OK', ...echoed, 'Content-Length: 0', '', ''].join('\r\n'));
  }
}

/** A socket for sound. */
export class SoundSocket {
  readonly heard: Buffer[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (bytes) => this.heard.push(bytes));
  }

  static async at(host: string): Promise<SoundSocket> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').bind(0, host);
    await once(socket, 'listening');
    return new SoundSocket(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(bytes: Uint8Array, port: number, host = '127.0.0.1'): void {
    this.#socket.send(bytes, port, host);
  }

  /** Resolves when that many more packets have arrived. */
  async untilHears(count: number): Promise<void> {
    const before = this.heard.length;
    await eventually(`${count} packets at port ${this.port}`, () => this.heard.length >= before + count);
  }

  close(): void {
    this.#socket.close();
  }
}
