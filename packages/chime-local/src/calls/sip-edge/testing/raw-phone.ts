import dgram from 'node:dgram';
import net from 'node:net';
import tls from 'node:tls';
import { WebSocket } from 'ws';
import { PATIENCE_MS } from '#testkit';

/** The next port for the invented addresses of browser phones, which have none. */
let nextInvented = 1;

/** The parts of a phone's request; everything has a default. */
export interface RawRequest {
  cseq?: number;
  toTag?: string;
  branch?: string;
  uri?: string;
  from?: string;
  to?: string;
  contact?: string;
  callId?: string;
  headers?: string[];
  body?: string;
  contentType?: string;
}

export function offerOf(...lines: string[]): string {
  return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', ...lines, ''].join('\r\n');
}

/** A browser's offer, without the parts that do not matter here. */
export function browserOffer(formats = '111 0 126 110', setup = 'actpass'): string {
  return [
    'v=0',
    'o=- 7 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    `m=audio 9 UDP/TLS/RTP/SAVPF ${formats}`,
    'c=IN IP4 0.0.0.0',
    'a=ice-ufrag:them',
    'a=ice-pwd:twentytwocharactersyyy',
    `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'CD').join(':')}`,
    `a=setup:${setup}`,
    'a=mid:0',
    'a=sendrecv',
    'a=rtcp-mux',
    'a=rtpmap:111 opus/48000/2',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:110 telephone-event/48000',
    'a=rtpmap:126 telephone-event/8000',
    '',
  ].join('\r\n');
}

export const OFFER = offerOf('m=audio 6000 RTP/AVP 0 8 101', 'a=rtpmap:101 telephone-event/8000');

/** A scripted phone over a real socket: a test says what it sends and what it waits for. It does not retransmit. */
export class RawPhone {
  readonly heard: string[] = [];
  /** Set for a phone over WebSocket. */
  webSocket: WebSocket | undefined;
  readonly transport: 'UDP' | 'TCP' | 'TLS' | 'WS';
  readonly #write: (text: string) => void;
  readonly #end: () => Promise<void>;
  readonly #port: number;
  readonly #server: number;
  #waiting: (() => void)[] = [];
  #branch = 0;

  private constructor(
    transport: 'UDP' | 'TCP' | 'TLS' | 'WS',
    ports: { own: number; server: number },
    write: (text: string) => void,
    end: () => Promise<void>,
  ) {
    this.transport = transport;
    this.#port = ports.own;
    this.#server = ports.server;
    this.#write = write;
    this.#end = end;
  }

  static async udp(server: number): Promise<RawPhone> {
    const socket = dgram.createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const ports = { own: socket.address().port, server };
    const phone = new RawPhone(
      'UDP',
      ports,
      (text) => socket.send(text, server, '127.0.0.1'),
      () => new Promise((resolve) => socket.close(resolve)),
    );
    socket.on('message', (bytes) => phone.#hear(bytes.toString()));
    return phone;
  }

  /** `contactPort` is the port in its Contact; default: the connection's own port. */
  static async tcp(server: number, contactPort?: number): Promise<RawPhone> {
    const socket = net.connect(server, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return RawPhone.#onStream('TCP', socket, { own: contactPort ?? socket.localPort!, server });
  }

  /** `ca` is the certificate that it trusts. */
  static async tls(server: number, ca: string): Promise<RawPhone> {
    const socket = tls.connect({ port: server, host: '127.0.0.1', ca });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return RawPhone.#onStream('TLS', socket, { own: socket.localPort!, server });
  }

  static #onStream(
    transport: 'TCP' | 'TLS',
    socket: net.Socket,
    ports: { own: number; server: number },
  ): RawPhone {
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const phone = new RawPhone(
      transport,
      ports,
      (text) => socket.write(text),
      async () => {
        socket.destroy();
        await closed;
      },
    );
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      // Good enough for a test: on the loopback, messages may arrive together, but not in pieces.
      for (const text of bytes.toString().split(/(?=^(?:SIP\/2\.0 \d|[A-Z]+ sip:))/m)) phone.#hear(text);
    });
    void closed.then(() => phone.#hear('closed'));
    return phone;
  }

  /** Opens a WebSocket to the web server at that port. It sends text messages as a browser does, one at a time. */
  static async ws(webPort: number): Promise<RawPhone> {
    const socket = new WebSocket(`ws://127.0.0.1:${webPort}/sip`, 'sip');
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const phone = new RawPhone(
      'WS',
      { own: nextInvented++, server: webPort },
      (text) => socket.send(text),
      async () => socket.terminate(),
    );
    phone.webSocket = socket;
    socket.on('message', (data) => phone.#hear(String(data)));
    socket.on('close', (code) => phone.#hear(`closed ${code}`));
    return phone;
  }

  get port(): number {
    return this.#port;
  }

  close(): Promise<void> {
    return this.#end();
  }

  raw(text: string): void {
    this.#write(text);
  }

  /** Sends a request and returns its branch. */
  request(method: string, parts: RawRequest = {}): string {
    const { cseq = 1, body = '', contentType = 'application/sdp' } = parts;
    const branch = parts.branch ?? `z9hG4bK-${this.#port}-${++this.#branch}`;
    const host = this.transport === 'WS' ? `x${this.#port}.invalid` : `127.0.0.1:${this.#port}`;
    const suffix = this.transport === 'UDP' ? '' : `;transport=${this.transport.toLowerCase()}`;
    const contact = parts.contact ?? `<sip:+15557770001@${host}${suffix}>`;
    const lines = [
      `${method} ${parts.uri ?? `sip:+15551230000@127.0.0.1:${this.#server}`} SIP/2.0`,
      `Via: SIP/2.0/${this.transport} ${host};branch=${branch};rport`,
      'Max-Forwards: 70',
      parts.from ?? 'From: <sip:+15557770001@127.0.0.1>;tag=raw',
      `${parts.to ?? 'To: <sip:+15551230000@127.0.0.1>'}${parts.toTag ? `;tag=${parts.toTag}` : ''}`,
      `Call-ID: ${parts.callId ?? `raw-${this.#port}`}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: ${contact}`,
      ...(parts.headers ?? []),
      ...(body === '' ? [] : [`Content-Type: ${contentType}`]),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ];
    this.#write(lines.join('\r\n'));
    return branch;
  }

  /** Registers a number and returns the response. */
  async register(number: string, parts: RawRequest = {}): Promise<string> {
    const to = `To: <sip:${number}@127.0.0.1>`;
    const from = `From: <sip:${number}@127.0.0.1>;tag=reg`;
    this.request('REGISTER', { to, from, callId: `reg-${this.#port}`, ...parts });
    return this.next(/^SIP\/2\.0/, /^CSeq: \d+ REGISTER/m);
  }

  /** Responds to a request of the server, with `toTag` and `body` if given. */
  respond(request: string, status: string, { toTag = '', body = '' } = {}): void {
    const echoed = request
      .split('\r\n')
      .filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line))
      .map((line) => (toTag !== '' && line.startsWith('To:') ? `${line};tag=${toTag}` : line));
    const host = this.transport === 'WS' ? `x${this.#port}.invalid` : `127.0.0.1:${this.#port}`;
    const contact = `Contact: <sip:phone@${host}>`;
    const content = body === '' ? [] : ['Content-Type: application/sdp'];
    const length = `Content-Length: ${Buffer.byteLength(body)}`;
    this.#write([`SIP/2.0 ${status}`, ...echoed, contact, ...content, length, '', body].join('\r\n'));
  }

  /**
   * Waits for the next message whose first line matches `pattern` and whose text matches `whole`. Each
   * message is returned once.
   */
  async next(pattern: RegExp, whole = /^/): Promise<string> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.heard.findIndex((text) => pattern.test(text.split('\r\n', 1)[0]!) && whole.test(text));
      if (at >= 0) return this.heard.splice(at, 1)[0]!;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`never heard ${pattern}; heard ${JSON.stringify(this.heard)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  #hear(text: string): void {
    this.heard.push(text);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** The To tag of a response. */
export function toTagOf(text: string): string {
  return /^To:.*;tag=(\S+)/m.exec(text)?.[1] ?? '';
}
