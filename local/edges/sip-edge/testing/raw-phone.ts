import dgram from 'node:dgram';
import net from 'node:net';

const PATIENCE_MS = 5_000;

/** What a request of the phone is made of; everything has a default. */
export interface RawRequest {
  cseq?: number;
  toTag?: string;
  branch?: string;
  uri?: string;
  from?: string;
  callId?: string;
  headers?: string[];
  body?: string;
  contentType?: string;
}

export function offerOf(...lines: string[]): string {
  return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', ...lines, ''].join('\r\n');
}

export const OFFER = offerOf('m=audio 6000 RTP/AVP 0 8 101', 'a=rtpmap:101 telephone-event/8000');

/** A phone of plain text over a real socket: sends what it is told and waits for what it is told. No retransmission. */
export class RawPhone {
  readonly heard: string[] = [];
  readonly transport: 'UDP' | 'TCP';
  readonly #write: (text: string) => void;
  readonly #end: () => Promise<void>;
  readonly #port: number;
  readonly #server: number;
  #waiting: (() => void)[] = [];
  #branch = 0;

  private constructor(
    transport: 'UDP' | 'TCP',
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

  /** `contactPort`: where it says it listens; default the connection's own port. */
  static async tcp(server: number, contactPort?: number): Promise<RawPhone> {
    const socket = net.connect(server, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const ports = { own: contactPort ?? socket.localPort!, server };
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const phone = new RawPhone(
      'TCP',
      ports,
      (text) => socket.write(text),
      async () => {
        socket.destroy();
        await closed;
      },
    );
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      // Good enough for a test: messages do not arrive in pieces on loopback, but may arrive together.
      for (const text of bytes.toString().split(/(?=^(?:SIP\/2\.0 \d|[A-Z]+ sip:))/m)) phone.#hear(text);
    });
    void closed.then(() => phone.#hear('closed'));
    return phone;
  }

  close(): Promise<void> {
    return this.#end();
  }

  raw(text: string): void {
    this.#write(text);
  }

  /** Sends a request; answers its branch. */
  request(method: string, parts: RawRequest = {}): string {
    const { cseq = 1, body = '', contentType = 'application/sdp' } = parts;
    const branch = parts.branch ?? `z9hG4bK-${this.#port}-${++this.#branch}`;
    const contact = `<sip:+15557770001@127.0.0.1:${this.#port}${this.transport === 'TCP' ? ';transport=tcp' : ''}>`;
    const lines = [
      `${method} ${parts.uri ?? `sip:+15551230000@127.0.0.1:${this.#server}`} SIP/2.0`,
      `Via: SIP/2.0/${this.transport} 127.0.0.1:${this.#port};branch=${branch};rport`,
      'Max-Forwards: 70',
      parts.from ?? 'From: <sip:+15557770001@127.0.0.1>;tag=raw',
      `To: <sip:+15551230000@127.0.0.1>${parts.toTag ? `;tag=${parts.toTag}` : ''}`,
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

  /** Answers a request of the server. */
  respond(request: string, status: string): void {
    const echoed = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
    this.#write([`SIP/2.0 ${status}`, ...echoed, 'Content-Length: 0', '', ''].join('\r\n'));
  }

  /** The next message whose first line matches and that was not asked for before. */
  async next(pattern: RegExp): Promise<string> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.heard.findIndex((text) => pattern.test(text.split('\r\n', 1)[0]!));
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
