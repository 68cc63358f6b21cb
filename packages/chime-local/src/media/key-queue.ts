import { type KeyFrame, type KeysRequest, OutgoingKeys } from './outgoing-keys.ts';

/** Requests that wait for those before them; more are dropped. Ours: nobody presses more in the time that they take. */
const MAX_WAITING = 64;

/** Keys on their way out of a leg, one request after the other: an action's, and those that the other of a bridge presses. */
export class KeyQueue {
  #current: OutgoingKeys | undefined;
  #waiting: { request: KeysRequest; step: number }[] = [];

  /** @param step RTP timestamp units in a frame. */
  add(request: KeysRequest, step: number): void {
    if (!this.#current) this.#current = new OutgoingKeys(request, step);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push({ request, step });
  }

  /** What the next frame is; undefined when it is silence, or nothing is left. */
  next(): KeyFrame | undefined {
    return this.#current?.next();
  }

  /** The `playId` of a request whose last frame has been sent, once. */
  takeFinished(): string | undefined {
    if (!this.#current?.done) return undefined;
    const { playId } = this.#current;
    this.#begin();
    return playId;
  }

  /** Nothing more is sent of that request. Whether there was one. */
  drop(playId: string): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter(({ request }) => request.playId !== playId);
    if (this.#current?.playId !== playId) return this.#waiting.length < before;
    this.#begin();
    return true;
  }

  /** The next request begins with a pause: two keys are told apart by it. */
  #begin(): void {
    const next = this.#waiting.shift();
    this.#current = next && new OutgoingKeys(next.request, next.step, next.request.gapMs);
  }
}
