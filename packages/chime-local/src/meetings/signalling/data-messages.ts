import { type Clock, TokenBucket } from '#platform';
import { DATA_MESSAGE_LIMITS } from './limits.ts';
import type { Admission } from './signalling.ts';
import { type DataMessagePayload, encodeFrame, FRAME } from './wire/frames.ts';

const TOPIC = /^[A-Za-z0-9_-]+$/;
const NS_PER_MS = 1e6;

/** A client that receives data messages. */
export interface DataMessageListener {
  sendBytes(bytes: Buffer): void;
}

/** A data message within the limits: with a valid topic, and not too long. */
export type CheckedMessage = Required<Pick<DataMessagePayload, 'topic' | 'data' | 'lifetimeMs'>>;

/** The client's message, or undefined if it exceeds the documented limits. */
export function checkedMessage(message: DataMessagePayload): CheckedMessage | undefined {
  const { topic = '', data = new Uint8Array(), lifetimeMs = 0 } = message;
  if (topic.length > DATA_MESSAGE_LIMITS.topicLength || !TOPIC.test(topic)) return undefined;
  if (data.length > DATA_MESSAGE_LIMITS.dataBytes) return undefined;
  return { topic, data, lifetimeMs: Math.min(lifetimeMs, DATA_MESSAGE_LIMITS.lifetimeMs) };
}

/** Checks and counts the messages that one client sends, and adds its identity. */
export class DataMessageSender {
  readonly #clock: Clock;
  readonly #allowance = new TokenBucket(DATA_MESSAGE_LIMITS.perSecond, DATA_MESSAGE_LIMITS.burst);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Divides messages into those for everybody and those that come back as throttled; messages beyond the
   * limits are dropped.
   */
  take(messages: readonly DataMessagePayload[], { attendeeId, externalUserId }: Admission) {
    const now = this.#clock.now();
    const sender = { senderAttendeeId: attendeeId, senderExternalUserId: externalUserId };
    const taken = { accepted: [] as DataMessagePayload[], throttled: [] as DataMessagePayload[] };
    for (const message of messages.slice(0, DATA_MESSAGE_LIMITS.perFrame)) {
      const checked = checkedMessage(message);
      if (!checked) continue;
      if (this.#allowance.take(now))
        taken.accepted.push({ ...checked, ...sender, ingestTimeNs: now * NS_PER_MS });
      else taken.throttled.push({ ...checked, ...sender, ingestTimeNs: 0 });
    }
    return taken;
  }
}

/** The bytes of a DATA_MESSAGE frame. */
export function dataMessageFrame(now: number, messages: DataMessagePayload[]): Buffer {
  return encodeFrame({ timestampMs: now, type: FRAME.DATA_MESSAGE, dataMessage: { messages } });
}

/** The clients of one meeting, and the messages that are kept for later newcomers. */
export class MessageRoom {
  readonly #clock: Clock;
  readonly #listeners = new Set<DataMessageListener>();
  #kept: { until: number; bytes: Buffer }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get empty(): boolean {
    return this.#listeners.size === 0;
  }

  /** Adds a newcomer and sends it the kept messages. */
  enter(listener: DataMessageListener): void {
    this.#listeners.add(listener);
    const now = this.#clock.now();
    this.#kept = this.#kept.filter(({ until }) => until > now);
    for (const { bytes } of this.#kept) listener.sendBytes(bytes);
  }

  leave(listener: DataMessageListener): void {
    this.#listeners.delete(listener);
  }

  /** Sends a message to everybody, its sender included. */
  tell(message: DataMessagePayload): void {
    const now = this.#clock.now();
    const bytes = dataMessageFrame(now, [message]);
    const lifetimeMs = message.lifetimeMs ?? 0;
    if (lifetimeMs > 0) {
      if (this.#kept.length >= DATA_MESSAGE_LIMITS.kept) this.#kept.shift();
      this.#kept.push({ until: now + lifetimeMs, bytes });
    }
    for (const listener of [...this.#listeners]) listener.sendBytes(bytes);
  }
}
