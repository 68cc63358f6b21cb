import { isIPv6 } from 'node:net';
import type { LegMedia } from '#media-edge';
import type { Ids, Log } from '#platform';
import { type AgreedAudio, Negotiation } from '#sdp';
import type {
  EndCause,
  HeaderPair,
  PendingRequest,
  Refusal,
  SipRequest,
  Source,
  UserAgentOutput,
} from '#sip';
import { applicationHeaders } from './application-headers.ts';
import { EventQueue } from './event-queue.ts';
import { calledParty, callingParty } from './identity.ts';
import { digitOfInfo } from './info-digit.ts';
import { descriptionOf, type Leg, newLeg, newNegotiation, remoteMedia, SDP, warning } from './leg.ts';
import { RETRY_AFTER_S, SIP_EDGE_LIMITS } from './limits.ts';
import { SipDriver } from './sip-driver.ts';
import type { ArrivedLeg, SipEdgeOptions } from './sip-edge.ts';
import type { SipEdgeParts } from './start-sip-edge.ts';
import { TokenBucket } from './token-bucket.ts';

type LegEnd = { sipResponseCode: number; by: 'far' | 'us' | 'fault'; reason: string };

/** How a leg ended that we did not end ourselves. */
const END_OF_CAUSE: Readonly<Record<EndCause, LegEnd>> = {
  cancelled: { sipResponseCode: 487, by: 'far', reason: 'the caller gave up before the answer' },
  expired: { sipResponseCode: 487, by: 'far', reason: 'the INVITE expired before the answer' },
  refused: { sipResponseCode: 480, by: 'us', reason: 'refused' },
  'bye received': { sipResponseCode: 0, by: 'far', reason: 'the caller hung up' },
  'bye sent': { sipResponseCode: 0, by: 'us', reason: 'hung up' },
  'no ack': { sipResponseCode: 408, by: 'fault', reason: 'the answer was never acknowledged' },
  gone: { sipResponseCode: 408, by: 'fault', reason: 'the far end does not answer' },
};

const RETRY_AFTER: HeaderPair = ['Retry-After', String(RETRY_AFTER_S)];
const DEFAULT_REFUSAL = 480;

/** The legs of the edge: what SIP says about them, their media, and what the runtime is told. */
export class Legs {
  readonly #media: LegMedia;
  readonly #events: EventQueue;
  readonly #ids: Ids;
  readonly #log: Log;
  readonly #host: string;
  readonly #ipVersion: 4 | 6;
  readonly #maxLegs: number;
  readonly #rate: TokenBucket;
  readonly #byCallId = new Map<string, Leg>();
  readonly #byUsageId = new Map<string, Leg>();
  #driver: SipDriver | undefined;
  #closing: Promise<void> | undefined;

  static async open(options: SipEdgeOptions, parts: SipEdgeParts): Promise<Legs> {
    const legs = new Legs(options, parts);
    const limits = { ...SIP_EDGE_LIMITS, ...options.limits };
    legs.#driver = await SipDriver.open(
      { address: options.address, port: options.port, limits },
      (port) => ({
        host: legs.#host,
        port,
        ids: parts.ids,
        admit: (_request, _source, now) => legs.#admit(now),
      }),
      parts,
      { onOutput: (output) => legs.#onOutput(output), inUse: (id) => legs.#inUse(id) },
    );
    return legs;
  }

  private constructor(options: SipEdgeOptions, { media, events, ids, log }: SipEdgeParts) {
    const limits = { ...SIP_EDGE_LIMITS, ...options.limits };
    this.#media = media;
    this.#events = new EventQueue(events, log);
    this.#ids = ids;
    this.#log = log;
    this.#host = options.advertisedAddress ?? options.address;
    this.#ipVersion = isIPv6(this.#host) ? 6 : 4;
    this.#maxLegs = options.maxLegs ?? limits.maxLegs;
    this.#rate = new TokenBucket(limits.invitesPerSecond, limits.inviteBurst);
  }

  get port(): number {
    return this.#sip.port;
  }

  get size(): number {
    return this.#byCallId.size;
  }

  ring(callId: string): void {
    const leg = this.#byCallId.get(callId);
    if (leg?.state === 'arrived') this.#sip.run((agent, now) => agent.progress(leg.usageId, 180, now));
  }

  answer(callId: string): void {
    const leg = this.#byCallId.get(callId);
    if (leg?.state !== 'arrived' || !leg.negotiation) return;
    const answered = leg.offer ? leg.negotiation.answer(leg.offer) : undefined;
    if (answered && 'kind' in answered) {
      // Cannot happen: the offer was judged when it came, and the address family is the same.
      this.#refuse(leg, 488, { by: 'fault', reason: answered.text });
      return;
    }
    leg.state = 'answered';
    leg.offer = undefined;
    leg.awaitsAnswer = answered === undefined;
    const body = answered?.body ?? leg.negotiation.offer();
    const content = { body, contentType: SDP, offer: leg.awaitsAnswer };
    this.#sip.run((agent, now) => agent.accept(leg.usageId, content, now));
    if (answered) this.#connect(leg, answered.agreed);
  }

  hangUp(callId: string, sipResponseCode: number): void {
    const leg = this.#byCallId.get(callId);
    if (!leg) return;
    if (leg.state === 'answered') this.#bye(leg, { sipResponseCode: 0, by: 'us', reason: 'hung up' });
    else this.#refuse(leg, sipResponseCode, { by: 'us', reason: 'refused' });
  }

  close(waitMs: number): Promise<void> {
    this.#closing ??= this.#close(waitMs);
    return this.#closing;
  }

  async #close(waitMs: number): Promise<void> {
    for (const leg of [...this.#byCallId.values()]) this.hangUp(leg.callId, 503);
    await this.#sip.settled(waitMs);
    await this.#sip.close();
  }

  get #sip(): SipDriver {
    if (!this.#driver) throw new Error('the SIP edge is not open yet');
    return this.#driver;
  }

  #inUse(connectionId: number): boolean {
    for (const leg of this.#byCallId.values()) if (leg.connection === connectionId) return true;
    return false;
  }

  /** Before anything is kept of an INVITE. */
  #admit(now: number): Refusal | undefined {
    const full = this.#byCallId.size >= this.#maxLegs;
    if (!this.#closing && !full && this.#rate.take(now)) return undefined;
    if (!this.#closing) this.#log.warn('call refused: too many', { legs: this.#byCallId.size });
    return { status: 503, headers: [RETRY_AFTER] };
  }

  #onOutput(output: Exclude<UserAgentOutput, { kind: 'send' }>): void {
    switch (output.kind) {
      case 'invited':
        this.#onInvited(output.usageId, output.request, output.source);
        return;
      case 'acknowledged':
        this.#onAcknowledged(output.usageId, output.ack);
        return;
      case 'modified':
        this.#onModified(output.pending);
        return;
      case 'info':
        this.#onInfo(output.pending);
        return;
      case 'reinvited':
        // The edge makes no re-INVITE of its own yet.
        return;
      case 'ended': {
        const leg = this.#byUsageId.get(output.usageId);
        if (leg) this.#end(leg, END_OF_CAUSE[output.cause]);
      }
    }
  }

  #onInvited(usageId: string, invite: SipRequest, source: Source): void {
    const offer = descriptionOf(invite);
    const refuse = (status: number, reason: string, headers: HeaderPair[] = []) => {
      this.#log.info('call refused', { status, reason, from: source.address });
      this.#sip.run((agent, now) => agent.refuse(usageId, status, { headers }, now));
    };
    if (typeof offer === 'string') {
      refuse(400, `the session description cannot be read: ${offer}`);
      return;
    }
    const disagreement = offer && Negotiation.judge(offer, this.#ipVersion, source.address);
    if (disagreement) {
      refuse(488, disagreement.text, [warning(this.#host, disagreement)]);
      return;
    }
    const leg = newLeg(this.#ids.guid(), usageId, source);
    leg.offer = offer;
    this.#byCallId.set(leg.callId, leg);
    this.#byUsageId.set(usageId, leg);
    void this.#openMedia(leg, this.#arrived(leg, invite, source));
  }

  /** What the runtime will be told; made at once, so that the INVITE need not be kept. */
  #arrived(leg: Leg, invite: SipRequest, source: Source): ArrivedLeg {
    const arrived: ArrivedLeg = {
      callId: leg.callId,
      from: callingParty(invite),
      to: calledParty(invite),
      sipCallId: invite.callId,
      transport: source.transport,
      source: { address: source.address, port: source.port },
    };
    const { headers, left } = applicationHeaders(invite);
    if (headers) arrived.sipHeaders = headers;
    if (left > 0) this.#log.info('SIP headers left out: too long or too many', { callId: leg.callId, left });
    return arrived;
  }

  async #openMedia(leg: Leg, arrived: ArrivedLeg): Promise<void> {
    try {
      const local = await this.#media.openLeg(leg.callId);
      if (leg.state === 'ended') {
        // The caller gave up meanwhile; nobody was told of the leg.
        this.#media.closeLeg(leg.callId);
        return;
      }
      leg.negotiation = newNegotiation(local, this.#ids.hex(7), arrived.source.address);
      leg.state = 'arrived';
      this.#events.push((events) => events.onLegArrived(arrived));
    } catch (error) {
      if (leg.state === 'ended') return;
      this.#log.error('call refused: no media port', { callId: leg.callId, error: String(error) });
      this.#refuse(leg, 503, { by: 'fault', reason: 'no media port' });
    }
  }

  #onAcknowledged(usageId: string, ack: SipRequest): void {
    const leg = this.#byUsageId.get(usageId);
    if (!leg?.awaitsAnswer || !leg.negotiation) return;
    leg.awaitsAnswer = false;
    const answer = descriptionOf(ack);
    const result =
      answer === undefined
        ? 'the ACK brought no answer to our offer'
        : typeof answer === 'string'
          ? answer
          : leg.negotiation.readAnswer(answer);
    if (typeof result !== 'string' && 'agreed' in result) {
      this.#connect(leg, result.agreed);
      return;
    }
    const reason = typeof result === 'string' ? result : result.text;
    // RFC 3261 section 13.2.2.4: an unacceptable answer is followed by a BYE. A call that has media keeps it.
    if (leg.connected) this.#log.warn('answer to a repeated offer ignored', { callId: leg.callId, reason });
    else this.#bye(leg, { sipResponseCode: 488, by: 'fault', reason });
  }

  /** A re-INVITE or UPDATE: hold, another address or codec, or a mere refresh. */
  #onModified(pending: PendingRequest): void {
    const leg = this.#byUsageId.get(pending.usageId);
    const reply = (
      status: number,
      content: { headers?: HeaderPair[]; body?: Buffer; offer?: boolean } = {},
    ) => this.#sip.run((agent, now) => agent.reply(pending, status, { ...content, contentType: SDP }, now));
    if (!leg?.negotiation) {
      reply(481);
      return;
    }
    const offer = descriptionOf(pending.request);
    if (typeof offer === 'string') {
      reply(400);
    } else if (offer) {
      const result = leg.negotiation.answer(offer);
      if ('kind' in result) {
        reply(488, { headers: [warning(this.#host, result)] });
        return;
      }
      reply(200, { body: result.body });
      this.#connect(leg, result.agreed);
    } else if (pending.request.method === 'INVITE') {
      // Section 14.2: a re-INVITE without offer gets one; its answer comes with the ACK.
      leg.awaitsAnswer = true;
      reply(200, { body: leg.negotiation.offer(), offer: true });
    } else {
      reply(200);
    }
  }

  #onInfo(pending: PendingRequest): void {
    const leg = this.#byUsageId.get(pending.usageId);
    const digit = digitOfInfo(pending.request.contentType, pending.request.body);
    this.#sip.run((agent, now) => agent.reply(pending, digit === undefined ? 400 : 200, {}, now));
    if (leg?.state !== 'answered' || digit === undefined || digit === 'none') return;
    this.#events.push((events) => events.onDigit(leg.callId, digit));
  }

  #connect(leg: Leg, agreed: AgreedAudio): void {
    this.#media.connectLeg(leg.callId, remoteMedia(leg, agreed));
    if (leg.connected) return;
    leg.connected = true;
    this.#events.push((events) => events.onLegAnswered(leg.callId));
  }

  /** Refuses a leg that is not answered. Codes that are no refusal become 480. */
  #refuse(leg: Leg, code: number, why: { by: 'us' | 'fault'; reason: string }): void {
    const status = code >= 300 && code <= 699 ? code : DEFAULT_REFUSAL;
    const headers = status === 503 ? [RETRY_AFTER] : [];
    this.#end(leg, { sipResponseCode: status, ...why });
    this.#sip.run((agent, now) => agent.refuse(leg.usageId, status, { headers }, now));
  }

  /** The session ends when the BYE is handed over, not when it is answered (RFC 3261 section 15.1.1). */
  #bye(leg: Leg, end: LegEnd): void {
    this.#end(leg, end);
    this.#sip.run((agent, now) => agent.bye(leg.usageId, now));
  }

  /** The only place where a leg ends. */
  #end(leg: Leg, end: LegEnd): void {
    const wasOpening = leg.state === 'opening';
    leg.state = 'ended';
    this.#byCallId.delete(leg.callId);
    this.#byUsageId.delete(leg.usageId);
    // While its ports are being opened, `#openMedia` closes them, and the runtime never hears of the leg.
    if (wasOpening) return;
    this.#media.closeLeg(leg.callId);
    this.#events.push((events) => events.onLegEnded(leg.callId, end));
  }
}
