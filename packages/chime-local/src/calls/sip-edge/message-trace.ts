import type { Destination, Source } from '#sip';

/** A SIP message of a leg, as it travelled. */
export interface TracedMessage {
  legId: string;
  direction: 'received' | 'sent';
  transport: Source['transport'];
  /** The far end, `address:port`. */
  peer: string;
  text: string;
}

/** Bytes of a message in which its Call-ID lies: a phone writes it among the first headers. Ours. */
const CALL_ID_WITHIN_BYTES = 4096;
/** RFC 3261 section 7.3.3: `i` is the compact form. */
const CALL_ID = /^(?:call-id|i)[ \t]*:[ \t]*(\S+)/im;
/** Calls that are followed, those that have ended among them: their last answers still come. Ours. */
const MAX_FOLLOWED = 2000;

interface Message {
  direction: TracedMessage['direction'];
  bytes: Buffer;
  transport: Source['transport'];
  host: string;
  port: number;
}

/**
 * Tells which SIP messages belong to which leg, by their Call-ID. Messages are noted as they come and go, and told when
 * the stack has done with them: then it is known which leg an INVITE has begun. Of those that belong to no leg, such as
 * refused ones, nothing is kept. Legs can be cut off: then their messages are lost on the way.
 */
export class MessageTrace {
  readonly #tell: ((message: TracedMessage) => void) | undefined;
  /** Legs by Call-ID, the oldest first. */
  readonly #legOf = new Map<string, string>();
  #noted: Message[] = [];
  #placing: string | undefined;
  readonly #cutOff = new Set<string>();

  /** Without anybody to tell, nothing is noted. */
  constructor(tell?: (message: TracedMessage) => void) {
    this.#tell = tell;
  }

  /** The call's messages are this leg's. */
  follow(sipCallId: string, legId: string): void {
    this.#legOf.set(sipCallId, legId);
    if (this.#legOf.size <= MAX_FOLLOWED) return;
    for (const oldest of this.#legOf.keys()) {
      this.#legOf.delete(oldest);
      return;
    }
  }

  /** The call whose INVITE is sent meanwhile is this leg's. */
  placing(legId: string, send: () => void): void {
    this.#placing = legId;
    send();
    this.#placing = undefined;
  }

  /** Messages of the leg are lost from now on, either way. */
  cutOff(legId: string): void {
    this.#cutOff.add(legId);
  }

  /** They travel again: whoever is at the other end learns that the leg is over. */
  restore(legId: string): void {
    this.#cutOff.delete(legId);
  }

  /** Whether the message comes through; false: it is lost. */
  received(bytes: Buffer, { transport, address, port }: Source): boolean {
    if (this.#isLost(bytes)) return false;
    if (this.#tell) this.#noted.push({ direction: 'received', bytes, transport, host: address, port });
    return true;
  }

  /** Whether the message comes through; false: it is lost, though it was sent. */
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

  /** The stack has done with what was noted. */
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
