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

/** The answer to a REGISTER. */
export interface RegisterAnswer {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly HeaderPair[];
  /** Why, for the person at the phone. */
  readonly text?: string;
  /** Somebody else wants the number that this one holds, who may be gone: worth being asked. */
  readonly contested?: Contested;
}

/** A number whose holder may be gone, and where it would be. */
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
   * The number (address of record) that a To URI names; undefined for what cannot be registered. Default: any user
   * part.
   */
  numberOf?: (uri: string) => string | undefined;
  /** Numbers of our own: they can be called and not registered. */
  isReserved?: (number: string) => boolean;
  /** Asked of those who `mustProve`; without it nobody is asked. */
  digest?: DigestOptions & { readonly mustProve: (source: Source) => boolean };
  limits?: Partial<RegistrarLimits>;
}

/** RFC 3261 section 20.33: when to try again after a 503, s. */
const RETRY_AFTER_S = 5;

/**
 * A registrar: RFC 3261 section 10.3, with the flows of RFC 5626 as far as phones use them. Who registers a number first
 * keeps it, whatever it came by, until it lets go, its time is over or its connection has closed. A phone is known again
 * by its flow, its `+sip.instance`, or the Call-ID of its REGISTERs (section 10.2), none of which others are told.
 *
 * The same REGISTER twice has the same effect and answer, so that no transaction need be kept for it.
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

  /** Numbers that can be called. */
  numbers(now: number): string[] {
    this.elapse(now);
    return this.#bindings.numbers();
  }

  /** Where the number is called: at the telephone that is preferred, of several the one that registered last. */
  find(number: string, now: number): Registration | undefined {
    this.elapse(now);
    const best = this.#bindings.of(number).reduce(preferred, undefined);
    return best && { uri: best.uri, to: reach(best) };
  }

  /** Whether a telephone at that address has registered a number. */
  hasRegistered(address: string, now: number): boolean {
    this.elapse(now);
    return this.#bindings.ofSource(sourceKey(address)) > 0;
  }

  /** True while a number is registered over the connection. */
  isUsing(connection: number): boolean {
    return this.#bindings.onConnection(connection) > 0;
  }

  /**
   * A connection has closed. Who can be reached by it alone is gone; a TCP telephone can be called over another connection
   * and stays, until somebody else wants its number.
   */
  connectionClosed(connection: number): void {
    this.#bindings.connectionClosed(connection);
  }

  /** The holder of a contested number does not answer. */
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
    // What is left of others can be taken over: `#refuse` has seen to it.
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
   * RFC 3261 section 10.3 step 3 and section 22. A right answer to an old nonce gets a new one without a question; who is
   * wrong over and over is refused, and may be right at any time.
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
    // Section 10.3 step 7: an older REGISTER than the one that made the binding.
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

  /** RFC 5626 section 6: by device and flow where both are told; otherwise section 10.3 step 7: by URI. */
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
   * Section 10.3 step 8: the bindings of the number, to whom they are: who is told another's `+sip.instance` could pass
   * for it. RFC 5626 section 6: `outbound` is confirmed by Require.
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

/** Who sends a REGISTER, as far as it can be told. */
interface Registrant {
  readonly source: Source;
  readonly callId: string;
}

/** Whether a binding was made by whoever now registers `contacts`. */
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

/** RFC 5626 section 6: asked for, and we are the first hop. */
function offersOutbound(request: SipRequest): boolean {
  const supported = request.headers.list('supported').map((tag) => tag.toLowerCase());
  return supported.includes('outbound') && request.headers.list('via').length === 1;
}

function isOfFlow({ instance, regId, expiresS }: RegisteredContact): boolean {
  return instance !== undefined && regId !== undefined && expiresS > 0;
}

/**
 * A Contact at the address that the REGISTER came from is called as it says. Any other one (a name, a private address
 * behind a translator, somebody else) is not sent to: the request goes back to where the REGISTER came from.
 */
function reach({ uri, source, outbound }: Binding): Destination {
  const hop = outbound ? undefined : nextHop(uri, source);
  return hop && hop.host === source.address ? hop : backTo(source);
}
