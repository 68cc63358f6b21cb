import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { eventually } from '../eventually.ts';
import { RtpLine } from './rtp-line.ts';
import { boundSocket, contactIn, createBranch, repeatedHeaders, sdpOf, soundIn } from './sip-text.ts';

/** Milliseconds between retransmissions: T1 of RFC 3261. */
const T1_MS = 500;

export interface CallOptions {
  server: { host: string; port: number };
  to: string;
  from: string;
  /** The host of the called URI, if it is not the server's. */
  host?: string;
  /** Additional header lines of the INVITE. */
  headers?: string[];
}

/**
 * A telephone that is scripted by a test: one call over UDP with real sockets. Its SIP is written as text,
 * independently of the product's stack.
 */
export class Telephone {
  readonly line: RtpLine;
  /** Status codes of all responses to the INVITE, in order. */
  readonly statuses: number[] = [];
  /** True once the far end has sent BYE. */
  ended = false;
  readonly #socket: Socket;
  readonly #options: CallOptions;
  readonly #callId = randomBytes(8).toString('hex');
  readonly #fromTag = randomBytes(4).toString('hex');
  readonly #branch = createBranch();
  #toHeader: string;
  #target: string;
  #cseq = 1;
  #byeAnswered = false;
  #closed = false;

  private constructor(socket: Socket, line: RtpLine, options: CallOptions) {
    this.#socket = socket;
    this.line = line;
    this.#options = options;
    this.#target = `sip:${options.to}@${options.host ?? `${options.server.host}:${options.server.port}`}`;
    this.#toHeader = `<${this.#target}>`;
    socket.on('message', (message) => this.#take(message.toString('utf8')));
  }

  /** Sends the INVITE without waiting for a response. */
  static async dial(options: CallOptions): Promise<Telephone> {
    const telephone = new Telephone(await boundSocket(), await RtpLine.open(), options);
    telephone.#invite();
    return telephone;
  }

  /** Dials and waits for the 200. */
  static async call(options: CallOptions): Promise<Telephone> {
    const telephone = await Telephone.dial(options);
    await telephone.answered();
    return telephone;
  }

  answered(): Promise<void> {
    return this.until('200 to the INVITE', () => this.statuses.includes(200));
  }

  /** Waits until the condition holds. */
  async until(what: string, holds: () => boolean, withinMs?: number): Promise<void> {
    const instead = (): string => `Answers so far: ${this.statuses.join(' ')}`;
    await eventually(`the telephone waits for ${what}`, holds, { withinMs, instead });
  }

  /** Presses keys and waits until they are sent. */
  async press(keys: string): Promise<void> {
    this.line.press(keys);
    await this.until(`the keys to be sent`, () => !this.line.pressing);
  }

  /** Sends a key by SIP INFO (application/dtmf-relay). */
  tellKey(key: string): void {
    this.#cseq += 1;
    const type = 'Content-Type: application/dtmf-relay';
    const body = `Signal=${key}\r\nDuration=160\r\n`;
    this.#send(this.#request('INFO', this.#target, createBranch(), this.#cseq, [type], body));
  }

  /** Cancels an INVITE that is not answered yet. */
  cancel(): void {
    this.#send(
      this.#request('CANCEL', `sip:${this.#options.to}@${this.#options.server.host}`, this.#branch, 1),
    );
  }

  /** Sends BYE, repeated until it is answered. */
  async hangUp(): Promise<void> {
    if (!this.ended && !this.#closed) {
      this.#cseq += 1;
      const bye = this.#request('BYE', this.#target, createBranch(), this.#cseq);
      this.#send(bye);
      const again = setInterval(() => this.#send(bye), T1_MS);
      try {
        await this.until('200 to the BYE', () => this.#byeAnswered || this.ended);
      } finally {
        clearInterval(again);
      }
    }
    this.close();
  }

  /** Disappears without sending anything, like a phone that lost its power. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.line.close();
    this.#socket.close();
  }

  #invite(): void {
    const port = (this.#socket.address() as AddressInfo).port;
    const extra = [
      `Contact: <sip:${this.#options.from}@127.0.0.1:${port}>`,
      'Content-Type: application/sdp',
      ...(this.#options.headers ?? []),
    ];
    const sdp = sdpOf(this.line.port);
    const invite = this.#request('INVITE', this.#target, this.#branch, 1, extra, sdp);
    this.#send(invite);
    const again = setInterval(() => {
      if (this.statuses.length > 0) clearInterval(again);
      else this.#send(invite);
    }, T1_MS);
    this.#socket.once('close', () => clearInterval(again));
  }

  #request(
    method: string,
    uri: string,
    branch: string,
    cseq: number,
    extra: string[] = [],
    body = '',
  ): string {
    const port = (this.#socket.address() as AddressInfo).port;
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: <sip:${this.#options.from}@127.0.0.1>;tag=${this.#fromTag}`,
      `To: ${this.#toHeader}`,
      `Call-ID: ${this.#callId}`,
      `CSeq: ${cseq} ${method}`,
      ...extra,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  }

  #send(text: string): void {
    const { host, port } = this.#options.server;
    this.#socket.send(text, port, host);
  }

  #take(text: string): void {
    const method = /CSeq:\s*\d+\s+(\w+)/i.exec(text)?.[1];
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1]);
    if (!status) this.#answer(text, method ?? '');
    else if (method === 'INVITE') this.#takeInviteAnswer(status, text);
    else if (method === 'BYE') this.#byeAnswered = true;
  }

  #takeInviteAnswer(status: number, text: string): void {
    this.statuses.push(status);
    if (status < 200) return;
    this.#toHeader = /^To:\s*(.+)$/im.exec(text)?.[1]?.trim() ?? this.#toHeader;
    if (status >= 300) {
      this.#send(this.#request('ACK', this.#target, this.#branch, 1));
      return;
    }
    this.#target = contactIn(text) ?? this.#target;
    this.#send(this.#request('ACK', this.#target, createBranch(), 1));
    const sound = soundIn(text);
    if (sound) this.line.connect(sound.address, sound.port);
  }

  #answer(text: string, method: string): void {
    if (method === 'ACK') return;
    this.#send(['SIP/2.0 200 OK', ...repeatedHeaders(text), 'Content-Length: 0', '', ''].join('\r\n'));
    if (method === 'BYE') this.ended = true;
  }
}
