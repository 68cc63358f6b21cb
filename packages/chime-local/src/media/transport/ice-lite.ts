import { hasIntegrity, readStun, type StunMessage, writeError, writeSuccess } from '#stun';
import type { DatagramSource } from '../sockets/media-socket.ts';

/** How many validated addresses of far ends are remembered. A browser with several networks has a handful. */
const MAX_VALIDATED = 16;

/** An address that packets go to or come from. */
export interface Destination {
  readonly address: string;
  readonly port: number;
}

export interface IceLiteOptions {
  ufrag: string;
  pwd: string;
  send(datagram: Buffer, address: string, port: number): void;
}

/**
 * An ICE-lite agent with one host candidate (RFC 8445 section 2.5): it answers checks and sends none. Whoever
 * knows our password, which is only in our session description, is the far end, whatever address it uses.
 * Packets are sent on the pair that it nominated last, and accepted from any address that it has validated.
 *
 * A check does not say where it was sent from, and can be copied: an eavesdropper could send it again from
 * another address and so divert the sound there. Once media have proved the nominated address, another one
 * therefore counts only when media come from there, too: they are authenticated, and never accepted twice.
 */
export class IceLite {
  readonly #options: IceLiteOptions;
  readonly #validated: Destination[] = [];
  /** The nominated address. */
  nominated: Destination | undefined;
  /** Whether authentic media have come from the nominated address. */
  #proved = false;
  /** An address that was nominated after that and is not proved yet. */
  #claimed: Destination | undefined;

  constructor(options: IceLiteOptions) {
    this.#options = options;
  }

  /**
   * Where to send, even before a nomination: the nominated address, otherwise the one that was checked last.
   */
  get destination(): Destination | undefined {
    return this.nominated ?? this.#validated[0];
  }

  /** Whether the far end has shown that it uses this address. */
  isValidated(address: string, port: number): boolean {
    if (isAt(this.nominated, address, port) || isAt(this.#claimed, address, port)) return true;
    return this.#validated.some((known) => isAt(known, address, port));
  }

  /**
   * To be called when authentic, new media have come from that address, which proves that the far end uses
   * it.
   */
  prove({ address, port }: Destination): void {
    if (isAt(this.nominated, address, port)) this.#proved = true;
    else if (this.#claimed && isAt(this.#claimed, address, port)) {
      this.nominated = this.#claimed;
      this.#claimed = undefined;
      this.#proved = true;
    }
  }

  /** To be called when another far end is expected: its first nomination counts at once. */
  restart(): void {
    this.#proved = false;
    this.nominated = this.#claimed ?? this.nominated;
    this.#claimed = undefined;
  }

  /**
   * Takes a datagram that looks like STUN, and answers it.
   * @returns whether it comes from the far end; otherwise it is a stranger's or damaged.
   */
  receive(bytes: Buffer, from: DatagramSource): boolean {
    const message = readStun(bytes);
    if ('fault' in message) return false;
    // An indication keeps a NAT binding open (RFC 8445 section 11) and is not authenticated.
    if (message.class === 'indication') return this.isValidated(from.address, from.port);
    if (message.class !== 'request') return false;
    const { ufrag, pwd } = this.#options;
    if (message.username === undefined || message.integrityAt < 0) return this.#refuse(message, 400, from);
    // The user name is checked first, because the integrity check costs more: strangers do not know the name.
    if (!message.username.startsWith(`${ufrag}:`) || !hasIntegrity(message, pwd)) {
      return this.#refuse(message, 401, from);
    }
    if (message.unknownAttributes.length > 0) return this.#answer(writeError(message, 420, pwd), from);
    // RFC 8445 section 6.1.1: a lite agent is controlled by a full one.
    if (message.role === 'controlled') return this.#answer(writeError(message, 487, pwd), from);
    this.#validate(from, message.useCandidate);
    return this.#answer(writeSuccess(message, from.address, from.port, pwd), from);
  }

  #validate({ address, port }: DatagramSource, nominate: boolean): void {
    const known = this.#validated.findIndex((other) => isAt(other, address, port));
    const [pair = { address, port }] = known < 0 ? [] : this.#validated.splice(known, 1);
    // The newest address comes first; the oldest is forgotten.
    this.#validated.unshift(pair);
    if (this.#validated.length > MAX_VALIDATED) this.#validated.pop();
    if (nominate) this.#nominate(pair);
  }

  #nominate(pair: Destination): void {
    this.#claimed = undefined;
    if (isAt(this.nominated, pair.address, pair.port)) return;
    if (this.#proved) this.#claimed = pair;
    else this.nominated = pair;
  }

  #answer(answer: Buffer, { address, port }: DatagramSource): true {
    this.#options.send(answer, address, port);
    return true;
  }

  /**
   * Tells a stranger what is wrong (RFC 8489 section 9.1.3), but never with more bytes than the request has.
   */
  #refuse(request: StunMessage, code: 400 | 401, { address, port }: DatagramSource): false {
    const answer = writeError(request, code);
    if (answer.length <= request.bytes.length) this.#options.send(answer, address, port);
    return false;
  }
}

function isAt(known: Destination | undefined, address: string, port: number): boolean {
  return known !== undefined && known.port === port && known.address === address;
}
