import { quoted } from '#platform';
import type { SessionDescription } from '#sdp';
import type { Registration, Source, UserAgentOutput } from '#sip';
import { allowedHeaders } from './application-headers.ts';
import { addressOf, callerHeaders, normaliseUser } from './identity.ts';
import type { LegTable, LegTools } from './leg-table.ts';
import { createMediaNegotiation, kindOfLeg, soundPeer } from './media-negotiation.ts';
import type { PlacedLeg } from './sip-edge.ts';
import { createSipLeg, descriptionOf, type LegEnd, SDP, type SipLeg } from './sip-leg.ts';

type Output<K extends UserAgentOutput['kind']> = Extract<UserAgentOutput, { kind: K }>;

/** Outgoing calls, until they are answered. */
export class PlacedLegs {
  readonly #table: LegTable;
  readonly #tools: LegTools;

  constructor(table: LegTable, tools: LegTools) {
    this.#table = table;
    this.#tools = tools;
  }

  /** Places a call. `full` is set if the maximum number of legs exists already. */
  place(placed: PlacedLeg, full: boolean): void {
    const { sip, log, ids } = this.#tools;
    if (this.#table.byLegId(placed.legId)) {
      log.error('call not placed: its leg id is in use', { legId: placed.legId });
      return;
    }
    const { target } = placed;
    const found = target
      ? { uri: target.uri, to: { transport: target.transport, host: target.host, port: target.port } }
      : sip.registrationOf(normaliseUser(placed.to));
    const webRtc =
      found !== undefined && kindOfLeg(undefined, found.to.transport, found.to.host).transport === 'webrtc';
    const leg = createSipLeg(placed.legId, ids.hex(8), { placed: true, webRtc });
    this.#table.add(leg);
    if (full) this.#fail(leg, 503, 'too many calls');
    else if (!found) this.#fail(leg, 404, 'no telephone has registered the number');
    else void this.#open(leg, placed, found);
  }

  onTrying({ usageId }: Output<'trying'>): void {
    const leg = this.#table.byUsageId(usageId);
    if (leg) this.#tools.events.push((told) => told.onLegTrying?.(leg.legId));
  }

  onRinging({ usageId, response, source }: Output<'ringing'>): void {
    const leg = this.#table.byUsageId(usageId);
    if (!leg) return;
    const answer = descriptionOf(response);
    if (typeof answer === 'object') this.#early(leg, answer, source);
    if (leg.ringing) return;
    leg.ringing = true;
    this.#tools.events.push((told) => told.onLegRinging(leg.legId));
  }

  /** RFC 3960: early media is heard. Of several far ends (RFC 3261 section 13.2.2.4) the last one is heard. */
  #early(leg: SipLeg, answer: SessionDescription, { address }: Source): void {
    const first = leg.earlyAnswer === undefined;
    leg.earlyAnswer = answer;
    // A browser's connection is set up only once, by its final answer.
    const peer = soundPeer(answer, address);
    const result = leg.webRtc ? undefined : leg.negotiation?.readAnswer(answer, peer);
    if (!result || !('remote' in result)) return;
    this.#tools.media.connectLeg(leg.legId, result.remote);
    if (first) this.#tools.events.push((told) => told.onLegEarlyMedia(leg.legId));
  }

  onAnswered({ usageId, response, source }: Output<'answered'>): void {
    const leg = this.#table.byUsageId(usageId);
    if (!leg?.negotiation) return;
    leg.state = 'answered';
    // After a reliable provisional response with a description, the 2xx need not repeat it.
    const answer = descriptionOf(response) ?? leg.earlyAnswer;
    leg.earlyAnswer = undefined;
    const result =
      typeof answer === 'object'
        ? leg.negotiation.readAnswer(answer, soundPeer(answer, source.address))
        : answer;
    if (typeof result === 'object' && 'remote' in result) {
      this.#table.connect(leg, result.remote);
      return;
    }
    const reason = typeof result === 'object' ? result.text : (result ?? 'the answer has no description');
    // RFC 3261 section 13.2.2.4: an unacceptable answer is acknowledged and followed by a BYE.
    this.#table.end(leg, { sipResponseCode: 488, by: 'fault', reason });
    this.#tools.sip.run((agent, now) => agent.bye(usageId, now));
  }

  /** Any final response other than a success is a failure: redirections and challenges are not followed. */
  onRejected({ usageId, status, reason, byPeer }: Output<'rejected'>): void {
    const leg = this.#table.byUsageId(usageId);
    if (leg) this.#table.end(leg, { sipResponseCode: status, by: byPeer ? 'far' : 'fault', reason });
  }

  /**
   * Hangs up before the answer. A 200 that crosses our CANCEL is acknowledged and gets a BYE, of which nobody
   * is told.
   */
  hangUp(leg: SipLeg): void {
    const end: LegEnd = { sipResponseCode: 487, by: 'us', reason: 'given up before the answer' };
    const called = leg.state === 'calling';
    this.#table.end(leg, end);
    if (called) this.#tools.sip.run((agent, now) => agent.cancel(leg.usageId, now));
  }

  async #open(leg: SipLeg, placed: PlacedLeg, { uri, to }: Registration): Promise<void> {
    const { media, ids, host, sip, log, trace } = this.#tools;
    try {
      const local = await media.openLeg(leg.legId, kindOfLeg(undefined, to.transport, to.host));
      if (leg.state === 'ended') {
        media.closeLeg(leg.legId);
        return;
      }
      leg.negotiation = createMediaNegotiation(local, {
        randomHex: ids.hex(7),
        signalling: { peer: to.host, ownPort: sip.port },
      });
      leg.state = 'calling';
      const caller = callerHeaders(placed.from, host);
      const invitation = {
        usageId: leg.usageId,
        uri,
        to,
        from: caller.from,
        called: addressOf(placed.to, host),
        headers: [...caller.headers, ...allowedHeaders(placed.sipHeaders ?? {})],
        body: leg.negotiation.offer(),
        contentType: SDP,
      };
      trace.placing(leg.legId, () => sip.run((agent, now) => agent.invite(invitation, now)));
    } catch (error) {
      media.closeLeg(leg.legId);
      if (leg.state === 'ended') return;
      log.error(`The call to ${quoted(placed.to)} was not placed: ${(error as Error).message}.`);
      this.#fail(leg, 503, 'no media port');
    }
  }

  #fail(leg: SipLeg, sipResponseCode: number, reason: string): void {
    this.#table.end(leg, { sipResponseCode, by: 'fault', reason });
  }
}
