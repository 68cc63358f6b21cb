import type { Destination, Source } from '#sip';

/** A SIP message of a leg, as sent or received. */
export interface TracedMessage {
  legId: string;
  direction: 'received' | 'sent';
  transport: Source['transport'];
  /** The far end, `address:port`. */
  peer: string;
  text: string;
}

/** Number of bytes within which a message's Call-ID must lie: phones write it among the first headers. Ours. */
const CALL_ID_WITHIN_BYTES = 4096;
/** RFC 3261 section 7.3.3: `i` is the compact form. */
const CALL_ID = /^(?:call-id|i)[ \t]*:[ \t]*(\S+)/im;
/** Maximum number of calls that are followed, including ended ones, whose last answers are still to come. Ours. */
const MAX_FOLLOWED = 2000;

interface Message {
  direction: TracedMessage['direction'];
  bytes: Buffer;
  transport: Source['transport'];
  host: string;
  port: number;
}

/**
 * Assigns SIP messages to legs by their Call-ID. Messages are noted as they come and go, and passed on once
 * the stack has processed them: only then is it known which leg an INVITE has begun. Messages that belong to
 * no leg, such as refused ones, are dropped. Legs can be cut off, in which case their messages are lost on
 * the way.
 */
export class MessageTrace {
  readonly #tell: ((message: TracedMessage) => void) | undefined;
  /** Maps Call-IDs to legs, oldest first. */
  readonly #legOf = new Map<string, string>();
  #noted: Message[] = [];
  #placing: string | undefined;
  readonly #cutOff = new Set<string>();

  /** @param tell receives the messages; without it, nothing is noted */
  constructor(tell?: (message: TracedMessage) => void) {
    this.#tell = tell;
  }

  /** From now on, messages with this Call-ID belong to the leg. */
  follow(sipCallId: string, legId: string): void {
    this.#legOf.set(sipCallId, legId);
    if (this.#legOf.size <= MAX_FOLLOWED) return;
    for (const oldest of this.#legOf.keys()) {
      this.#legOf.delete(oldest);
      return;
    }
  }

  /** The call whose INVITE `send` sends belongs to the leg. */
  placing(legId: string, send: () => void): void {
    this.#placing = legId;
    send();
    this.#placing = undefined;
  }

  /** From now on, messages of the leg are lost in both directions. */
  cutOff(legId: string): void {
    this.#cutOff.add(legId);
  }

  /** Messages of the leg travel again, so that the far end learns that the leg is over. */
  restore(legId: string): void {
    this.#cutOff.delete(legId);
  }

  /** Notes a received message. Returns false if it is lost on the way. */
  received(bytes: Buffer, { transport, address, port }: Source): boolean {
    if (this.#isLost(bytes)) return false;
    if (this.#tell) this.#noted.push({ direction: 'received', bytes, transport, host: address, port });
    return true;
  }

  /** Notes a message to be sent. Returns false if it is lost on the way. */
  sent(bytes: Buffer, { transport, host, port }: Destination): boolean {
    if (this.#tell) this.#noted.push({ direction: 'sent', bytes, transport, host, port });
    if (this.#placing !== undefined) {
      const sipCallId = callIdOf(bytes);
      if (sipCallId !== undefined) this.follow(sipCallId, this.#placing);
      this.#placing = undefined;
    }
    return !this.#isLost(bytes);
  }

  #isLost(bytes: Buffer): boolean {
    return this.#cutOff.size > 0 && this.#cutOff.has(this.#legOf.get(callIdOf(bytes) ?? '') ?? '');
  }

  /** Passes the noted messages on once the stack has processed them. */
  flush(): void {
    if (this.#noted.length === 0) return;
    const noted = this.#noted;
    this.#noted = [];
    for (const { bytes, direction, transport, host, port } of noted) {
      const text = bytes.toString('utf8');
      const legId = this.#legOf.get(callIdIn(text) ?? '');
      if (legId !== undefined) this.#tell?.({ legId, direction, transport, peer: `${host}:${port}`, text });
    }
  }
}

function callIdOf(bytes: Buffer): string | undefined {
  return callIdIn(bytes.toString('utf8', 0, CALL_ID_WITHIN_BYTES));
}

function callIdIn(text: string): string | undefined {
  return CALL_ID.exec(text.slice(0, CALL_ID_WITHIN_BYTES))?.[1];
}
