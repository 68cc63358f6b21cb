import { type KeyFrame, type KeysRequest, OutgoingKeys } from './outgoing-keys.ts';

/**
 * The most requests that wait for earlier ones; more are dropped. Our choice: nobody presses more keys in the
 * time that they take.
 */
const MAX_WAITING = 64;

/**
 * Keys that a leg sends, one request after the other: an action's, and those pressed by the other leg of a
 * bridge.
 */
export class KeyQueue {
  #current: OutgoingKeys | undefined;
  #waiting: { request: KeysRequest; step: number }[] = [];

  /** @param step RTP timestamp units per frame. */
  add(request: KeysRequest, step: number): void {
    if (!this.#current) this.#current = new OutgoingKeys(request, step);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push({ request, step });
  }

  /** The next frame; undefined if it is silence, or nothing is left. */
  next(): KeyFrame | undefined {
    return this.#current?.next();
  }

  /** The `playId` of a request whose last frame has been sent; it is returned once. */
  takeFinished(): string | undefined {
    if (!this.#current?.done) return undefined;
    const { playId } = this.#current;
    this.#begin();
    return playId;
  }

  /** Drops that request. @returns whether there was one. */
  drop(playId: string): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter(({ request }) => request.playId !== playId);
    if (this.#current?.playId !== playId) return this.#waiting.length < before;
    this.#begin();
    return true;
  }

  /** The next request begins with a pause, which separates its first key from the last one. */
  #begin(): void {
    const next = this.#waiting.shift();
    this.#current = next && new OutgoingKeys(next.request, next.step, next.request.gapMs);
  }
}
