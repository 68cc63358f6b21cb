import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  type DataMessagePayload,
  decodeFrame,
  encodeFrame,
  FRAME,
  PING,
  type SignalFrame,
  type StreamInfo,
} from '../wire/frames.ts';

type Wanted = (frame: SignalFrame) => boolean;

/** A meeting client without sound: it speaks the protocol and keeps everything it is sent. */
export class MeetingClient {
  readonly socket: WebSocket;
  readonly received: SignalFrame[] = [];
  readonly #waiting = new Set<() => void>();
  #closeCode: number | undefined;

  constructor(url: string, token: string) {
    this.socket = new WebSocket(url, ['_aws_wt_session', token]);
    this.socket.on('message', (data: Buffer) => {
      const frame = decodeFrame(data);
      if (!frame) throw new Error(`The edge sent what is no frame: ${data.toString('hex')}`);
      this.received.push(frame);
      this.#wake();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', (code) => {
      this.#closeCode = code;
      this.#wake();
    });
  }

  /** A client whose socket is open. */
  static async open(url: string, token: string): Promise<MeetingClient> {
    const client = new MeetingClient(url, token);
    await once(client.socket, 'open');
    return client;
  }

  send(frame: Omit<SignalFrame, 'timestampMs'>): void {
    this.socket.send(encodeFrame({ timestampMs: Date.now(), ...frame }));
  }

  join(): void {
    this.send({ type: FRAME.PING_PONG, pingPong: { type: PING, pingId: 1 } });
    this.send({ type: FRAME.JOIN, join: {} });
  }

  subscribe(sdpOffer: string, audioMuted = false): void {
    this.send({ type: FRAME.SUBSCRIBE, sub: { sdpOffer, audioMuted } });
  }

  mute(muted: boolean): void {
    this.send({ type: FRAME.AUDIO_CONTROL, audioControl: { muted } });
  }

  say(...messages: DataMessagePayload[]): void {
    this.send({ type: FRAME.DATA_MESSAGE, dataMessage: { messages } });
  }

  leave(): void {
    this.send({ type: FRAME.LEAVE, leave: {} });
  }

  /**
   * The next frame of that type that was not taken yet; waits for it.
   * @throws Error if the socket closes first
   */
  async take(type: number, wanted: Wanted = () => true): Promise<SignalFrame> {
    for (;;) {
      const at = this.received.findIndex((frame) => frame.type === type && wanted(frame));
      if (at >= 0) return this.received.splice(at, 1)[0]!;
      if (this.#closeCode !== undefined)
        throw new Error(`closed with ${this.#closeCode} before frame ${type}`);
      await this.#change();
    }
  }

  async takeStreams(): Promise<StreamInfo[]> {
    return (await this.take(FRAME.AUDIO_STREAM_ID_INFO)).audioStreamIdInfo?.streams ?? [];
  }

  /** Waits until everything sent so far has been handled, and its results have arrived. */
  async settled(): Promise<void> {
    const pingId = 1 + Math.floor(Math.random() * 1e9);
    this.send({ type: FRAME.PING_PONG, pingPong: { type: PING, pingId } });
    await this.take(FRAME.PING_PONG, (frame) => frame.pingPong?.pingId === pingId);
  }

  /** The code that the socket was closed with. */
  async closed(): Promise<number> {
    while (this.#closeCode === undefined) await this.#change();
    return this.#closeCode;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const woken = () => {
        this.#waiting.delete(woken);
        resolve();
      };
      this.#waiting.add(woken);
    });
  }

  #wake(): void {
    for (const woken of [...this.#waiting]) woken();
  }
}
