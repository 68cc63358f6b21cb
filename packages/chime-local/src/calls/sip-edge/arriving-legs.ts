import { isIPv6 } from 'node:net';
import { type HeaderPair, parseSipUri, type SipRequest, type Source, sourceKey } from '#sip';
import { applicationHeaders } from './application-headers.ts';
import { calledParty, callingParty, isLoopback, partiesOf } from './identity.ts';
import type { LegTable, LegTools } from './leg-table.ts';
import { RETRY_AFTER_S } from './limits.ts';
import { createMediaNegotiation, judgeOffer, kindOfLeg, soundPeer } from './media-negotiation.ts';
import type { ArrivedLeg } from './sip-edge.ts';
import { createSipLeg, descriptionOf, SDP, type SipLeg, warning } from './sip-leg.ts';

export const RETRY_AFTER: HeaderPair = ['Retry-After', String(RETRY_AFTER_S)];
const DEFAULT_REFUSAL = 480;
/** RFC 3261 section 21.1.5. */
const SESSION_PROGRESS = 183;

const isMultipart = ({ headers }: SipRequest): boolean =>
  /^\s*multipart\//i.test(headers.get('content-type') ?? '');

/** Inbound calls, until they are answered. */
export class ArrivingLegs {
  readonly #table: LegTable;
  readonly #tools: LegTools;
  readonly #mostWebRtc: number;

  /** @param mostWebRtc maximum number of concurrent browser calls, inbound and outgoing together */
  constructor(table: LegTable, tools: LegTools, mostWebRtc: number) {
    this.#table = table;
    this.#tools = tools;
    this.#mostWebRtc = mostWebRtc;
  }

  onInvited(usageId: string, invite: SipRequest, source: Source): void {
    const { sip, refusals, ids, host } = this.#tools;
    const offer = descriptionOf(invite);
    const refuse = (status: number, text: string, headers: HeaderPair[] = [], code?: number) => {
      refusals.tell({ status, text, warning: code, source, ...partiesOf(invite) });
      sip.run((agent, now) => agent.refuse(usageId, status, { headers, text }, now));
    };
    if (typeof offer === 'string') {
      refuse(400, `the session description cannot be read: ${offer}`);
      return;
    }
    const peer = soundPeer(offer, source.address);
    const disagreement = offer && judgeOffer(offer, isIPv6(peer) ? 6 : 4, peer);
    if (disagreement) {
      refuse(488, disagreement.text, [warning(host, disagreement)], disagreement.warning);
      return;
    }
    const webRtc = kindOfLeg(offer, source.transport, peer).transport === 'webrtc';
    if (webRtc && this.#table.webRtc >= this.#mostWebRtc) {
      refuse(503, 'too many calls of browsers', [RETRY_AFTER]);
      return;
    }
    const budget = {
      placed: false,
      webRtc,
      source: sourceKey(source.address),
      // A connection proves the address; on the loopback a forged address could only be this machine's own.
      atItsAddress:
        source.transport !== 'udp' || isLoopback(source.address) || sip.hasRegistered(source.address),
    };
    const leg = createSipLeg(ids.guid(), usageId, budget);
    leg.offer = offer;
    this.#table.add(leg);
    this.#tools.trace.follow(invite.callId, leg.legId);
    void this.#openMedia(leg, this.#arrived(leg, invite, source));
  }

  ring(leg: SipLeg): void {
    if (leg.state !== 'arrived') return;
    this.#tools.sip.run((agent, now) => agent.progress(leg.usageId, 180, now));
  }

  openEarlyMedia(leg: SipLeg): void {
    const { offer, negotiation } = leg;
    if (leg.state !== 'arrived' || !offer || !negotiation || leg.webRtc || !leg.atItsAddress) return;
    const described = leg.earlyDescription ?? negotiation.answer(offer);
    if ('kind' in described) return;
    leg.earlyDescription = described;
    const content = { body: described.body, contentType: SDP };
    this.#tools.sip.run((agent, now) => agent.progress(leg.usageId, SESSION_PROGRESS, now, content));
    this.#tools.media.connectLeg(leg.legId, described.remote);
  }

  answer(leg: SipLeg): void {
    if (leg.state !== 'arrived' || !leg.negotiation) return;
    const { offer, earlyDescription } = leg;
    // RFC 3261 section 13.2.1: the final response repeats the answer that a provisional response has given.
    const answered = earlyDescription ?? (offer ? leg.negotiation.answer(offer) : undefined);
    if (answered && 'kind' in answered) {
      // Cannot happen: the offer was judged when it came, and the address family is the same.
      this.refuse(leg, 488, { by: 'fault', reason: answered.text });
      return;
    }
    leg.state = 'answered';
    this.#table.answered(leg);
    leg.offer = undefined;
    leg.awaitsAnswer = answered === undefined;
    const body = answered?.body ?? leg.negotiation.offer();
    const content = { body, contentType: SDP, offer: leg.awaitsAnswer };
    // A browser's packets wait for its connectivity checks anyway.
    if (!leg.webRtc) leg.agreed = answered?.remote;
    this.#tools.sip.run((agent, now) => agent.accept(leg.usageId, content, now));
    if (answered && leg.webRtc) this.#table.connect(leg, answered.remote);
  }

  /** Refuses a leg that has not been answered. A code that is not a refusal becomes 480. */
  refuse(leg: SipLeg, code: number, why: { by: 'us' | 'fault'; reason: string }, text?: string): void {
    const status = code >= 300 && code <= 699 ? code : DEFAULT_REFUSAL;
    const headers = status === 503 ? [RETRY_AFTER] : [];
    this.#table.end(leg, { sipResponseCode: status, ...why });
    this.#tools.sip.run((agent, now) =>
      agent.refuse(leg.usageId, status, text === undefined ? { headers } : { headers, text }, now),
    );
  }

  /** Collects what the runtime will be told. Done at once, so that the INVITE need not be kept. */
  #arrived(leg: SipLeg, invite: SipRequest, source: Source): ArrivedLeg {
    const arrived: ArrivedLeg = {
      legId: leg.legId,
      from: callingParty(invite),
      to: calledParty(invite),
      host: parseSipUri(invite.uri)?.host ?? '',
      sipCallId: invite.callId,
      transport: source.transport,
      source: { address: source.address, port: source.port },
    };
    if (leg.offer && isMultipart(invite)) arrived.inMultipart = true;
    const { headers, left } = applicationHeaders(invite);
    if (headers) arrived.sipHeaders = headers;
    if (left > 0) {
      this.#tools.log.info('SIP headers left out: too long or too many', { legId: leg.legId, left });
    }
    return arrived;
  }

  async #openMedia(leg: SipLeg, arrived: ArrivedLeg): Promise<void> {
    const { media, ids, refusals, events, sip } = this.#tools;
    const signalling = { peer: soundPeer(leg.offer, arrived.source.address), ownPort: sip.port };
    try {
      const local = await media.openLeg(leg.legId, kindOfLeg(leg.offer, arrived.transport, signalling.peer));
      if (leg.state === 'ended') {
        // The caller cancelled the call meanwhile, and nobody had been told of the leg.
        media.closeLeg(leg.legId);
        return;
      }
      leg.negotiation = createMediaNegotiation(local, {
        randomHex: ids.hex(7),
        signalling,
        offer: leg.offer,
      });
      leg.state = 'arrived';
      leg.known = true;
      events.push((told) => told.onLegArrived(arrived));
    } catch (error) {
      media.closeLeg(leg.legId);
      if (leg.state === 'ended') return;
      const { from, to, transport } = arrived;
      const source = { ...arrived.source, transport };
      refusals.tell({ status: 503, method: 'INVITE', text: (error as Error).message, from, to, source });
      // Strangers must not learn which ports are in use.
      this.refuse(leg, 503, { by: 'fault', reason: 'no media port' }, 'no port is free for sound');
    }
  }
}
