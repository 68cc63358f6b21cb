import type { RawData, WebSocket } from 'ws';
import { type Clock, TokenBucket } from '#platform';
import type { SignallingLimits } from './limits.ts';
import { decodeFrame, encodeFrame, type SignalFrame } from './wire/frames.ts';

/** A frame without its timestamp, which is added when it is sent. */
export type OutgoingFrame = Omit<SignalFrame, 'timestampMs'>;

export interface FrameSocketEvents {
  onFrame(frame: SignalFrame): void;
  /** Called once when the far end has closed, vanished, or broken a rule, but not after `close`. */
  onLost(reason: string): void;
  /** Called once when the socket is gone, whoever closed it. */
  onClosed(): void;
}

/**
 * Our own close codes, in the range that RFC 6455 section 7.4.2 leaves to applications; the client knows
 * 4410.
 */
export const CLOSE = { badFrame: 4400, tooSlow: 4408, meetingEnded: 4410, internal: 4500 } as const;

/**
 * One client's WebSocket as a stream of frames. Whatever the far end sends costs no more than the limits
 * allow.
 */
export class FrameSocket {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #limits: SignallingLimits;
  readonly #events: FrameSocketEvents;
  readonly #frames: TokenBucket;
  readonly #bytes: TokenBucket;
  #lastHeard: number;
  #ended = false;
  #stopTimer: (() => void) | undefined;

  constructor(socket: WebSocket, clock: Clock, limits: SignallingLimits, events: FrameSocketEvents) {
    this.#socket = socket;
    this.#clock = clock;
    this.#limits = limits;
    this.#events = events;
    this.#frames = new TokenBucket(limits.framesPerSecond, limits.frameBurst);
    this.#bytes = new TokenBucket(limits.bytesPerSecond, limits.byteBurst);
    this.#lastHeard = clock.now();
    socket.on('message', (data, isBinary) => this.#heard(data, isBinary));
    socket.on('ping', (data) => void this.#allowed(data.length));
    socket.on('pong', (data) => void this.#allowed(data.length));
    // The error says what was wrong with the far end's frame; the socket closes by itself.
    socket.on('error', (error) => this.#lose(`WebSocket: ${error.message}`));
    socket.on('close', (code) => {
      this.#stopTimer?.();
      this.#lose(`closed with code ${code}`);
      events.onClosed();
    });
  }

  /** When the last frame arrived, ms. */
  get lastHeard(): number {
    return this.#lastHeard;
  }

  send(frame: OutgoingFrame): void {
    this.sendBytes(encodeFrame({ timestampMs: this.#clock.now(), ...frame }));
  }

  /** Sends a frame that was encoded for several clients. A client that does not read is dropped. */
  sendBytes(bytes: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(bytes);
    if (this.#socket.bufferedAmount > this.#limits.unsentBytes) this.#drop('it does not read');
  }

  /** Closes the socket; nothing is received any more. A far end that does not close in turn is cut off. */
  close(code: number): void {
    this.#ended = true;
    if (this.#stopTimer) return;
    this.#socket.close(code);
    this.#stopTimer = this.#clock.after(this.#limits.goodbyeMs, () => this.#socket.terminate());
  }

  /** Cuts the connection. */
  terminate(): void {
    this.#ended = true;
    this.#socket.terminate();
  }

  #heard(data: RawData, isBinary: boolean): void {
    if (this.#ended) return;
    const bytes = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
    if (!this.#allowed(bytes.length)) return;
    const frame = isBinary ? decodeFrame(bytes) : undefined;
    if (!frame) {
      this.#lose('it sent what is no frame');
      this.close(CLOSE.badFrame);
      return;
    }
    this.#lastHeard = this.#clock.now();
    this.#events.onFrame(frame);
  }

  #allowed(bytes: number): boolean {
    const now = this.#clock.now();
    if (this.#frames.take(now) && this.#bytes.take(now, bytes)) return true;
    this.#drop('it sends too much');
    return false;
  }

  #drop(reason: string): void {
    this.#lose(reason);
    this.#socket.terminate();
  }

  #lose(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.onLost(reason);
  }
}
