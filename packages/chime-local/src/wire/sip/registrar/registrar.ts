import type { SipRequest } from '../messages/message.ts';
import type { HeaderPair } from '../messages/response.ts';
import { compact } from '../messages/scan.ts';
import { parseSipUri } from '../messages/uri.ts';
import { backTo, type Destination, type Source } from '../transport/flow.ts';
import { nextHop } from '../transport/next-hop.ts';
import { sourceKey } from '../transport/source-key.ts';
import { type Binding, Bindings, connectionOf } from './bindings.ts';
import { contactValue, type RegisteredContact, readRequestedBindings } from './contacts.ts';
import { challenges, type DigestOptions, judgeDigest } from './digest.ts';
import { REGISTRAR_LIMITS, type RegistrarLimits } from './limits.ts';
import { WrongPasswords } from './wrong-passwords.ts';

/** The response to a REGISTER. */
export interface RegisterAnswer {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly HeaderPair[];
  /** The reason, for the person at the phone. */
  readonly text?: string;
  /** Set if another telephone holds the requested number but may be gone: it is worth checking. */
  readonly contested?: Contested;
}

/** A number whose holder may be gone, and where the holder would be called. */
export interface Contested extends Registration {
  readonly number: string;
}

/** Where a registered number can be called. */
export interface Registration {
  /** The Request-URI. */
  readonly uri: string;
  readonly to: Destination;
}

export interface RegistrarOptions {
  /**
   * The number (address of record) that a To URI names; undefined if it cannot be registered. Default: any
   * user part.
   */
  numberOf?: (uri: string) => string | undefined;
  /** Whether a number belongs to the service: it can be called but not registered. */
  isReserved?: (number: string) => boolean;
  /** Digest authentication of the sources that `mustProve`; without it nobody is challenged. */
  digest?: DigestOptions & { readonly mustProve: (source: Source) => boolean };
  limits?: Partial<RegistrarLimits>;
}

/** RFC 3261 section 20.33: when to try again after a 503, s. */
const RETRY_AFTER_S = 5;

/**
 * A registrar (RFC 3261 section 10.3), with the flows of RFC 5626 as far as phones use them. The telephone
 * that registers a number first keeps it, over whatever transport, until it removes its binding, the binding
 * expires or its connection closes. A phone is recognised by its flow, its `+sip.instance`, or the Call-ID of
 * its REGISTERs (section 10.2), none of which is disclosed to others.
 *
 * The same REGISTER twice has the same effect and response, so no transaction is needed for it.
 */
export class Registrar {
  readonly #limits: RegistrarLimits;
  readonly #numberOf: (uri: string) => string | undefined;
  readonly #isReserved: (number: string) => boolean;
  readonly #digest: RegistrarOptions['digest'];
  readonly #bindings = new Bindings();
  readonly #wrongPasswords = new WrongPasswords();

  constructor({ limits, numberOf, isReserved = () => false, digest }: RegistrarOptions = {}) {
    this.#isReserved = isReserved;
    this.#digest = digest;
    this.#limits = { ...REGISTRAR_LIMITS, ...limits };
    this.#numberOf = numberOf ?? ((uri) => parseSipUri(uri)?.user);
  }

  get wakeAt(): number {
    return this.#bindings.wakeAt;
  }

  get size(): number {
    return this.#bindings.size;
  }

  /** The numbers that can be called. */
  numbers(now: number): string[] {
    this.elapse(now);
    return this.#bindings.numbers();
  }

  /**
   * Where the number is called: the telephone with the highest preference; of equal ones, the one that
   * registered last.
   */
  find(number: string, now: number): Registration | undefined {
    this.elapse(now);
    const best = this.#bindings.of(number).reduce(preferred, undefined);
    return best && { uri: best.uri, to: reach(best) };
  }

  /** Whether a telephone at this address has registered a number. */
  hasRegistered(address: string, now: number): boolean {
    this.elapse(now);
    return this.#bindings.ofSource(sourceKey(address)) > 0;
  }

  /** Whether a number is registered over the connection. */
  isUsing(connection: number): boolean {
    return this.#bindings.onConnection(connection) > 0;
  }

  /**
   * A connection has closed. Bindings that can be reached over it only are removed; a TCP telephone can be
   * called over another connection, so it stays until another telephone requests its number.
   */
  connectionClosed(connection: number): void {
    this.#bindings.connectionClosed(connection);
  }

  /** Removes the holder of a contested number, which did not answer. */
  holderGone({ number, uri }: Contested): void {
    for (const binding of this.#bindings.of(number)) if (binding.uri === uri) this.#bindings.remove(binding);
  }

  elapse(now: number): void {
    this.#bindings.elapse(now);
  }

  receive(request: SipRequest, source: Source, now: number): RegisterAnswer {
    this.elapse(now);
    const to = request.to?.uri ?? '';
    const number = this.#numberOf(to);
    if (number === undefined) return { status: 404, reason: 'Not Found (no number that can be registered)' };
    const challenge = this.#challenge(number, request, source, now);
    if (challenge) return challenge;
    const requested = readRequestedBindings(request, this.#limits);
    if (typeof requested === 'object' && 'malformed' in requested) {
      return { status: 400, reason: `Bad Request (${requested.malformed})` };
    }
    const who = { source, callId: request.callId };
    if (requested === 'query') return this.#listed(number, who, now, false);
    const contacts = requested === 'remove all' ? [] : requested;
    const refusal = this.#refuse(number, contacts, request, source);
    if (refusal) return refusal;
    if (requested === 'remove all') {
      for (const binding of this.#bindings.of(number)) this.#bindings.remove(binding);
      return this.#listed(number, who, now, false);
    }
    const outbound = offersOutbound(request);
    // `#refuse` has ensured that all remaining bindings of others may be replaced.
    for (const binding of this.#bindings.of(number)) {
      if (!isOwn(binding, who, contacts)) this.#bindings.remove(binding);
    }
    for (const contact of contacts) {
      const old = this.#matching(number, contact);
      if (old) this.#bindings.remove(old);
      if (contact.expiresS > 0) this.#bind(number, contact, { request, source, outbound }, now);
    }
    return this.#listed(number, who, now, outbound && contacts.some(isOfFlow));
  }

  /**
   * RFC 3261 section 10.3 step 3 and section 22. Valid credentials with an old nonce get a new nonce, marked
   * as stale so that the phone need not ask its user. Repeated wrong passwords are refused, but the right one
   * is always accepted.
   */
  #challenge(number: string, request: SipRequest, source: Source, now: number): RegisterAnswer | undefined {
    const digest = this.#digest;
    if (!digest?.mustProve(source)) return undefined;
    const isUser = (name: string) => name === number || `+${name}` === number;
    const verdict = judgeDigest(digest, request, { isUser, address: source.address, now });
    if (verdict === 'proved') return undefined;
    if (verdict === 'wrong' && this.#wrongPasswords.note(source.address, now)) {
      const text = 'too many wrong passwords came from this address; the start has printed the right one';
      return { status: 403, reason: 'Forbidden (too many wrong passwords)', text };
    }
    const text =
      verdict === 'wrong'
        ? 'the user name is the number, the password the one that the start has printed'
        : undefined;
    const headers = challenges(digest, source.address, now, verdict === 'stale');
    return { status: 401, headers, ...(text === undefined ? {} : { text }) };
  }

  #refuse(
    number: string,
    contacts: readonly RegisteredContact[],
    request: SipRequest,
    source: Source,
  ): RegisterAnswer | undefined {
    const { minExpiresS, bindings, bindingsPerSource, bindingsPerConnection } = this.#limits;
    if (contacts.some(({ expiresS }) => expiresS > 0 && expiresS < minExpiresS)) {
      return { status: 423, headers: [['Min-Expires', String(minExpiresS)]] };
    }
    if (this.#isReserved(number)) {
      return {
        status: 403,
        reason: 'Forbidden (a number of the service)',
        text: 'this is a number of the service itself',
      };
    }
    const holder = this.#otherHolder(number, contacts, { source, callId: request.callId });
    if (holder) {
      const contested = { number, uri: holder.uri, to: reach(holder) };
      const text = 'another telephone has registered this number; choose another one, or end that one first';
      return { status: 403, reason: 'Forbidden (another telephone has this number)', text, contested };
    }
    const olds = contacts.map((contact) => this.#matching(number, contact));
    const cseq = request.cseq!.number;
    // Section 10.3 step 7: this REGISTER is older than the one that made the binding.
    if (olds.some((old) => old && old.callId === request.callId && old.cseq > cseq)) {
      return { status: 500, reason: 'Server Internal Error (a later REGISTER came first)' };
    }
    const added = contacts.filter(({ expiresS }, i) => expiresS > 0 && !olds[i]).length;
    const ofSource = () => this.#bindings.ofSource(sourceKey(source.address)) + added > bindingsPerSource;
    if (added > 0 && (this.#bindings.size + added > bindings || ofSource())) {
      return {
        status: 503,
        reason: 'Service Unavailable (too many registrations)',
        headers: [['Retry-After', String(RETRY_AFTER_S)]],
      };
    }
    const connection = connectionOf({ source });
    const held = connection === undefined ? 0 : this.#bindings.onConnection(connection);
    if (connection !== undefined && added > 0 && held + added > bindingsPerConnection) {
      return { status: 403, reason: 'Forbidden (too many numbers on one connection)' };
    }
    return undefined;
  }

  #otherHolder(number: string, contacts: readonly RegisteredContact[], who: Registrant): Binding | undefined {
    return this.#bindings.of(number).find((binding) => !binding.abandoned && !isOwn(binding, who, contacts));
  }

  /**
   * RFC 5626 section 6: matches by device and flow if both are given; otherwise by URI (section 10.3 step 7).
   */
  #matching(number: string, contact: RegisteredContact): Binding | undefined {
    return this.#bindings.of(number).find((binding) => {
      const sameDevice = contact.instance !== undefined && contact.instance === binding.instance;
      if (sameDevice && (contact.regId === binding.regId || connectionOf(binding) !== undefined)) return true;
      return contact.uri === binding.uri;
    });
  }

  #bind(
    number: string,
    { uri, instance, regId, q, expiresS }: RegisteredContact,
    { request, source, outbound }: { request: SipRequest; source: Source; outbound: boolean },
    now: number,
  ): void {
    const others = this.#bindings.of(number);
    if (others.length >= this.#limits.bindingsPerNumber) this.#bindings.remove(others[0]!);
    const expiresAt = now + expiresS * 1000;
    this.#bindings.add({
      number: compact(number),
      uri,
      instance,
      regId,
      q,
      outbound: outbound && instance !== undefined && regId !== undefined,
      source,
      callId: compact(request.callId),
      cseq: request.cseq!.number,
      expiresAt,
      wakeAt: expiresAt,
      queueIndex: -1,
      abandoned: false,
    });
  }

  /**
   * Section 10.3 step 8: lists the bindings of the number, but only to the telephone that made them: anyone
   * who knew another's `+sip.instance` could impersonate it. RFC 5626 section 6: Require confirms `outbound`.
   */
  #listed(number: string, who: Registrant, now: number, outbound: boolean): RegisterAnswer {
    const headers: HeaderPair[] = this.#bindings
      .of(number)
      .filter((binding) => isOwn(binding, who, []))
      .map((binding) => ['Contact', contactValue(binding, Math.ceil((binding.expiresAt - now) / 1000))]);
    if (outbound) headers.push(['Require', 'outbound']);
    return { status: 200, headers };
  }
}

/** The sender of a REGISTER, as far as it can be identified. */
interface Registrant {
  readonly source: Source;
  readonly callId: string;
}

/** Whether a binding was made by the sender that now registers `contacts`. */
function isOwn(
  binding: Binding,
  { source, callId }: Registrant,
  contacts: readonly RegisteredContact[],
): boolean {
  const { connection } = binding.source;
  if (connection !== undefined && connection === source.connection) return true;
  if (binding.instance !== undefined && contacts.some(({ instance }) => instance === binding.instance))
    return true;
  if (binding.callId === callId && connectionOf(binding) === undefined) return true;
  const sameAddress = binding.source.address === source.address && binding.source.port === source.port;
  return sameAddress && binding.source.transport === source.transport && connection === undefined;
}

function preferred(best: Binding | undefined, next: Binding): Binding {
  return best && best.q > next.q ? best : next;
}

/** RFC 5626 section 6: outbound was requested, and we are the first hop. */
function offersOutbound(request: SipRequest): boolean {
  const supported = request.headers.list('supported').map((tag) => tag.toLowerCase());
  return supported.includes('outbound') && request.headers.list('via').length === 1;
}

function isOfFlow({ instance, regId, expiresS }: RegisteredContact): boolean {
  return instance !== undefined && regId !== undefined && expiresS > 0;
}

/**
 * A Contact at the address that the REGISTER came from is called as written. Any other one (a name, a private
 * address behind a NAT, another party) is not used: the request goes to where the REGISTER came from.
 */
function reach({ uri, source, outbound }: Binding): Destination {
  const hop = outbound ? undefined : nextHop(uri, source);
  return hop && hop.host === source.address ? hop : backTo(source);
}
