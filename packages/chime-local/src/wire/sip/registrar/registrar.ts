import type { SipRequest } from '../messages/message.ts';
import type { HeaderPair } from '../messages/response.ts';
import { compact } from '../messages/scan.ts';
import { parseSipUri } from '../messages/uri.ts';
import { backTo, type Destination, type Source } from '../transport/flow.ts';
import { nextHop } from '../transport/next-hop.ts';
import { type Binding, Bindings, webSocketOf } from './bindings.ts';
import { contactValue, type RegisteredContact, readWish } from './contacts.ts';
import { REGISTRAR_LIMITS, type RegistrarLimits } from './limits.ts';

/** The answer to a REGISTER. */
export interface RegisterAnswer {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly HeaderPair[];
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
  limits?: Partial<RegistrarLimits>;
}

/** RFC 3261 section 20.33: when to try again after a 503, s. */
const RETRY_AFTER_S = 5;

/**
 * A registrar: RFC 3261 section 10.3, with the flows of RFC 5626 as far as phones use them. Who registers is not asked
 * for a proof. A number that one WebSocket holds is not given to another, so that two pages get numbers of their own;
 * a device that comes back over a new WebSocket (same `+sip.instance`) is the same. Other phones add bindings.
 *
 * The same REGISTER twice has the same effect and answer, so that no transaction need be kept for it.
 */
export class Registrar {
  readonly #limits: RegistrarLimits;
  readonly #numberOf: (uri: string) => string | undefined;
  readonly #bindings = new Bindings();

  constructor({ limits, numberOf }: RegistrarOptions = {}) {
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

  /** Where the number was registered last. */
  find(number: string, now: number): Registration | undefined {
    this.elapse(now);
    const newest = this.#bindings.of(number).at(-1);
    return newest && { uri: newest.uri, to: reach(newest) };
  }

  /** True while a number is registered over the connection. */
  isUsing(connection: number): boolean {
    return this.#bindings.onConnection(connection) > 0;
  }

  /** A WebSocket has closed. A TCP telephone can be called over another connection and stays. */
  connectionClosed(connection: number): void {
    this.#bindings.connectionClosed(connection);
  }

  elapse(now: number): void {
    this.#bindings.elapse(now);
  }

  receive(request: SipRequest, source: Source, now: number): RegisterAnswer {
    this.elapse(now);
    const to = request.to?.uri ?? '';
    const number = this.#numberOf(to);
    if (number === undefined) return { status: 404, reason: 'Not Found (no number that can be registered)' };
    const wish = readWish(request, this.#limits);
    if (typeof wish === 'object' && 'malformed' in wish) {
      return { status: 400, reason: `Bad Request (${wish.malformed})` };
    }
    if (wish === 'query') return this.#listed(number, source, now, false);
    const contacts = wish === 'remove all' ? [] : wish;
    const refusal = this.#refuse(number, contacts, request, source);
    if (refusal) return refusal;
    if (wish === 'remove all') {
      for (const binding of this.#bindings.of(number)) {
        if (mayChange(binding, source)) this.#bindings.remove(binding);
      }
      return this.#listed(number, source, now, false);
    }
    const outbound = offersOutbound(request);
    for (const contact of contacts) {
      const old = this.#matching(number, contact, source);
      if (old) this.#bindings.remove(old);
      if (contact.expiresS > 0) this.#bind(number, contact, { request, source, outbound }, now);
    }
    return this.#listed(number, source, now, outbound && contacts.some(isOfFlow));
  }

  #refuse(
    number: string,
    contacts: readonly RegisteredContact[],
    request: SipRequest,
    source: Source,
  ): RegisterAnswer | undefined {
    const { minExpiresS, bindings, bindingsPerConnection } = this.#limits;
    if (contacts.some(({ expiresS }) => expiresS > 0 && expiresS < minExpiresS)) {
      return { status: 423, headers: [['Min-Expires', String(minExpiresS)]] };
    }
    if (source.transport === 'ws' && this.#isHeldByOther(number, contacts, source)) {
      return { status: 403, reason: 'Forbidden (another browser phone has this number)' };
    }
    const olds = contacts.map((contact) => this.#matching(number, contact, source));
    const cseq = request.cseq!.number;
    // Section 10.3 step 7: an older REGISTER than the one that made the binding.
    if (olds.some((old) => old && old.callId === request.callId && old.cseq > cseq)) {
      return { status: 500, reason: 'Server Internal Error (a later REGISTER came first)' };
    }
    const added = contacts.filter(({ expiresS }, i) => expiresS > 0 && !olds[i]).length;
    if (added > 0 && this.#bindings.size + added > bindings) {
      return {
        status: 503,
        reason: 'Service Unavailable (too many registrations)',
        headers: [['Retry-After', String(RETRY_AFTER_S)]],
      };
    }
    const connection = webSocketOf({ source });
    const held = connection === undefined ? 0 : this.#bindings.onConnection(connection);
    if (connection !== undefined && added > 0 && held + added > bindingsPerConnection) {
      return { status: 403, reason: 'Forbidden (too many numbers on one connection)' };
    }
    return undefined;
  }

  #isHeldByOther(number: string, contacts: readonly RegisteredContact[], source: Source): boolean {
    return this.#bindings.of(number).some((binding) => {
      const connection = webSocketOf(binding);
      if (connection === undefined || connection === source.connection) return false;
      return !contacts.some(({ instance }) => instance !== undefined && instance === binding.instance);
    });
  }

  /** RFC 5626 section 6: by device and flow where both are told; otherwise section 10.3 step 7: by URI. */
  #matching(number: string, contact: RegisteredContact, source: Source): Binding | undefined {
    return this.#bindings.of(number).find((binding) => {
      const sameDevice = contact.instance !== undefined && contact.instance === binding.instance;
      if (sameDevice && (contact.regId === binding.regId || webSocketOf(binding) !== undefined)) return true;
      return contact.uri === binding.uri && mayChange(binding, source);
    });
  }

  #bind(
    number: string,
    { uri, instance, regId, expiresS }: RegisteredContact,
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
      outbound: outbound && instance !== undefined && regId !== undefined,
      source,
      callId: compact(request.callId),
      cseq: request.cseq!.number,
      expiresAt,
      wakeAt: expiresAt,
      queueIndex: -1,
    });
  }

  /**
   * Section 10.3 step 8: all bindings of the number, but not those of other WebSockets: who is told their
   * `+sip.instance` could pass for them. RFC 5626 section 6: `outbound` is confirmed by Require.
   */
  #listed(number: string, source: Source, now: number, outbound: boolean): RegisterAnswer {
    const headers: HeaderPair[] = this.#bindings
      .of(number)
      .filter((binding) => mayChange(binding, source))
      .map((binding) => ['Contact', contactValue(binding, Math.ceil((binding.expiresAt - now) / 1000))]);
    if (outbound) headers.push(['Require', 'outbound']);
    return { status: 200, headers };
  }
}

/** A WebSocket's binding is its own affair. */
function mayChange(binding: Binding, source: Source): boolean {
  const connection = webSocketOf(binding);
  return connection === undefined || connection === source.connection;
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
