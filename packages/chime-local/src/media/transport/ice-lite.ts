import { hasIntegrity, readStun, type StunMessage, writeError, writeSuccess } from '#stun';
import type { DatagramSource } from '../sockets/media-socket.ts';

/** Far ends' addresses that are remembered as validated. A browser with several networks has a handful. */
const MAX_VALIDATED = 16;

/** Where packets go to and come from. */
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
 * An ICE-lite agent with one host candidate (RFC 8445 section 2.5): it answers checks and sends none. Whoever knows
 * our password, which went only into our session description, is the far end, from whatever address it comes. The
 * pair that it nominated last is the one to send on; what comes from any address that it has validated is its.
 *
 * A check does not say where it was sent from, and can be copied: who sees one on its way could send it again from
 * another address, and have the sound sent there. Once media have proved the nominated address, another one therefore
 * counts only when media come from there, too: those are signed, and never taken twice.
 */
export class IceLite {
  readonly #options: IceLiteOptions;
  readonly #validated: Destination[] = [];
  /** The nominated address. */
  nominated: Destination | undefined;
  /** Authentic media have come from the nominated address. */
  #proved = false;
  /** Nominated after that, and not proved. */
  #claimed: Destination | undefined;

  constructor(options: IceLiteOptions) {
    this.#options = options;
  }

  /** Where to send before there is a nomination, too: the nominated address, or the one that was checked last. */
  get destination(): Destination | undefined {
    return this.nominated ?? this.#validated[0];
  }

  /** Whether the far end has shown that it is there. */
  isValidated(address: string, port: number): boolean {
    if (isAt(this.nominated, address, port) || isAt(this.#claimed, address, port)) return true;
    return this.#validated.some((known) => isAt(known, address, port));
  }

  /** Authentic media that were not here before have come from there: the far end sends from it. */
  prove({ address, port }: Destination): void {
    if (isAt(this.nominated, address, port)) this.#proved = true;
    else if (this.#claimed && isAt(this.#claimed, address, port)) {
      this.nominated = this.#claimed;
      this.#claimed = undefined;
      this.#proved = true;
    }
  }

  /** Another far end is expected: its first nomination counts at once. */
  restart(): void {
    this.#proved = false;
    this.nominated = this.#claimed ?? this.nominated;
    this.#claimed = undefined;
  }

  /**
   * Takes what looks like STUN, and answers.
   * @returns whether it is the far end's; anything else is a stranger's or damaged.
   */
  receive(bytes: Buffer, from: DatagramSource): boolean {
    const message = readStun(bytes);
    if ('fault' in message) return false;
    // An indication keeps a way through a NAT open (RFC 8445 section 11) and is not signed.
    if (message.class === 'indication') return this.isValidated(from.address, from.port);
    if (message.class !== 'request') return false;
    const { ufrag, pwd } = this.#options;
    if (message.username === undefined || message.integrityAt < 0) return this.#refuse(message, 400, from);
    // Before the signature, because that costs more: strangers do not know the name.
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
    // The newest is the first; the oldest is forgotten.
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

  /** Tells a stranger what is wrong (RFC 8489 section 9.1.3), but never with more bytes than it has sent. */
  #refuse(request: StunMessage, code: 400 | 401, { address, port }: DatagramSource): false {
    const answer = writeError(request, code);
    if (answer.length <= request.bytes.length) this.#options.send(answer, address, port);
    return false;
  }
}

function isAt(known: Destination | undefined, address: string, port: number): boolean {
  return known !== undefined && known.port === port && known.address === address;
}
