import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { eventually } from '../eventually.ts';
import { RtpLine } from './rtp-line.ts';
import { boundSocket, contactIn, createBranch, repeatedHeaders, sdpOf, soundIn } from './sip-text.ts';

/** Lifetime of its registration in seconds. */
const REGISTERED_S = 300;

export interface RegistrationOptions {
  server: { host: string; port: number };
  /** The number that others dial, E.164. */
  number: string;
}

/**
 * A telephone that is called: it registers its number and handles one INVITE as the test demands. It uses
 * real sockets, and its SIP is written as text, independently of the product's stack.
 */
export class CalledTelephone {
  readonly line: RtpLine;
  /** The INVITE, once it was received. */
  invite: string | undefined;
  /** True once our 200 was acknowledged. */
  connected = false;
  /** True once the caller has cancelled before the answer. */
  cancelled = false;
  /** True once the far end has sent BYE. */
  ended = false;
  readonly #socket: Socket;
  readonly #options: RegistrationOptions;
  readonly #tag = randomBytes(4).toString('hex');
  /** The last response to the INVITE, which is sent again if the INVITE is repeated. */
  #said = '';
  #registered = false;
  #registrations = 0;
  readonly #registrationId = randomBytes(8).toString('hex');
  #byeAnswered = false;
  #closed = false;

  private constructor(socket: Socket, line: RtpLine, options: RegistrationOptions) {
    this.#socket = socket;
    this.line = line;
    this.#options = options;
    socket.on('message', (message) => this.#take(message.toString('utf8')));
  }

  /** Registers a number; resolves when it can be called. */
  static async register(options: RegistrationOptions): Promise<CalledTelephone> {
    const telephone = new CalledTelephone(await boundSocket(), await RtpLine.open(), options);
    telephone.#register(REGISTERED_S);
    await telephone.until('200 to the REGISTER', () => telephone.#registered);
    return telephone;
  }

  /** Registers for this many seconds; 0 removes the registration. */
  #register(seconds: number): void {
    const { host, port } = this.#options.server;
    const who = `<sip:${this.#options.number}@${host}:${port}>`;
    this.#registrations += 1;
    this.#send([
      `REGISTER sip:${host}:${port} SIP/2.0`,
      ...this.#own('REGISTER', `From: ${who};tag=${this.#tag}`, `To: ${who}`).slice(0, -1),
      `CSeq: ${this.#registrations} REGISTER`,
      `Call-ID: ${this.#registrationId}`,
      `Contact: <${this.#uri}>`,
      `Expires: ${seconds}`,
    ]);
  }

  /** Waits until the condition holds. */
  async until(what: string, holds: () => boolean, withinMs?: number): Promise<void> {
    await eventually(`the telephone waits for ${what}`, holds, { withinMs });
  }

  /** Waits for the INVITE. */
  called(): Promise<void> {
    return this.until('a call', () => this.invite !== undefined);
  }

  /** The value of one of the INVITE's headers. */
  header(name: string): string | undefined {
    return new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(this.invite ?? '')?.[1]?.trim();
  }

  ring(): void {
    this.#respond('180 Ringing');
  }

  refuse(status = '486 Busy Here'): void {
    this.#respond(status);
  }

  /** Sends 183 with sound: from now on the line's sound is sent. */
  early(): void {
    this.#respondWithSound('183 Session Progress');
  }

  #respondWithSound(status: string): void {
    const sound = soundIn(this.invite ?? '');
    this.#respond(status, sdpOf(this.line.port, sound?.events));
    if (sound) this.line.connect(sound.address, sound.port);
  }

  /** Sends 200; resolves when it was acknowledged. */
  async answer(): Promise<void> {
    this.#respondWithSound('200 OK');
    await this.until('an ACK', () => this.connected);
  }

  /** Presses keys and waits until they are sent. */
  async press(keys: string): Promise<void> {
    this.line.press(keys);
    await this.until('the keys to be sent', () => !this.line.pressing);
  }

  async hangUp(): Promise<void> {
    if (this.connected && !this.ended) {
      const target = contactIn(this.invite ?? '');
      this.#send([
        `BYE ${target} SIP/2.0`,
        ...this.#own('BYE', `From: ${this.header('To')};tag=${this.#tag}`, `To: ${this.header('From')}`),
        `Call-ID: ${this.header('Call-ID')}`,
      ]);
      await this.until('200 to the BYE', () => this.#byeAnswered || this.ended);
    }
    if (this.#closed) return;
    // Afterwards another telephone may use the number.
    this.#registered = false;
    this.#register(0);
    await this.until('200 to the last REGISTER', () => this.#registered);
    this.close();
  }

  /** Disappears without sending anything. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.line.close();
    this.#socket.close();
  }

  /** The address at which it receives calls. */
  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.#socket.address() as AddressInfo).port };
  }

  get #uri(): string {
    return `sip:${this.#options.number}@127.0.0.1:${(this.#socket.address() as AddressInfo).port}`;
  }

  /** The first header fields of one of our requests. */
  #own(method: string, ...fromAndTo: string[]): string[] {
    const { port } = this.#socket.address() as AddressInfo;
    return [
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=${createBranch()};rport`,
      'Max-Forwards: 70',
      ...fromAndTo,
      `CSeq: 1 ${method}`,
    ];
  }

  #send(lines: string[], body = ''): string {
    const type = body === '' ? [] : ['Content-Type: application/sdp'];
    const length = `Content-Length: ${Buffer.byteLength(body)}`;
    const text = [...lines, ...type, length, '', body].join('\r\n');
    this.#socket.send(text, this.#options.server.port, this.#options.server.host);
    return text;
  }

  #respond(status: string, body = ''): void {
    const kept = repeatedHeaders(this.invite ?? '').map((line) =>
      /^To:/i.test(line) ? `${line};tag=${this.#tag}` : line,
    );
    this.#said = this.#send([`SIP/2.0 ${status}`, ...kept, `Contact: <${this.#uri}>`], body);
  }

  #take(text: string): void {
    const method = /^CSeq:\s*\d+\s+(\w+)/im.exec(text)?.[1] ?? '';
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1]);
    if (status >= 200) {
      if (method === 'REGISTER') this.#registered = status === 200;
      if (method === 'BYE') this.#byeAnswered = true;
    } else if (!status) this.#takeRequest(text, method);
  }

  #takeRequest(text: string, method: string): void {
    if (method === 'INVITE') {
      if (this.#said !== '')
        this.#socket.send(this.#said, this.#options.server.port, this.#options.server.host);
      this.invite ??= text;
      return;
    }
    if (method === 'ACK') {
      this.connected = this.#said.startsWith('SIP/2.0 200');
      return;
    }
    this.#send(['SIP/2.0 200 OK', ...repeatedHeaders(text)]);
    if (method === 'BYE') this.ended = true;
    if (method !== 'CANCEL' || this.connected) return;
    this.cancelled = true;
    this.#respond('487 Request Terminated');
  }
}
