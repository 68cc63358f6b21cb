import {
  ACCEPT,
  ACCEPT_ENCODING,
  type HeaderPair,
  type PendingRequest,
  type SipRequest,
  type SipResponse,
} from '#sip';
import { digitOfInfo, type InfoDigit } from './info-digit.ts';
import type { LegTable, LegTools } from './leg-table.ts';
import { descriptionOf, SDP, warning } from './sip-leg.ts';

interface RefusedInfo {
  readonly status: number;
  readonly text: string;
  readonly headers?: readonly HeaderPair[];
}

/** The answers to an INFO without a key; undefined for one that needs no key. */
const REFUSED_INFOS: Readonly<Record<Exclude<InfoDigit, object>, RefusedInfo | undefined>> = {
  none: undefined,
  malformed: { status: 400, text: 'the body names no key of 0-9, *, #, A-D' },
  'not about keys': {
    status: 415,
    text: 'the body is not about keys; application/dtmf-relay with Signal=5 is',
    headers: [ACCEPT, ACCEPT_ENCODING],
  },
};

/**
 * RFC 6086 section 4.2.2: the answer to a package that was not requested, with the list of accepted packages,
 * which is empty.
 */
const BAD_PACKAGE: RefusedInfo = {
  status: 469,
  text: 'no Info-Package is taken; keys are taken as application/dtmf-relay with Signal=5',
  headers: [['Recv-Info', '']],
};

/** The refusal of an INFO; undefined if it is accepted. A key is accepted in whatever package it is sent. */
function refusalOf(request: SipRequest, found: InfoDigit): RefusedInfo | undefined {
  if (typeof found === 'object') return undefined;
  return request.headers.get('info-package') === undefined ? REFUSED_INFOS[found] : BAD_PACKAGE;
}

/** Handles what the far end does during a call, in either direction. */
export class LegChanges {
  readonly #table: LegTable;
  readonly #tools: LegTools;

  constructor(table: LegTable, tools: LegTools) {
    this.#table = table;
    this.#tools = tools;
  }

  /** An ACK has come, so media flows from now on. It holds the answer if our 200 contained an offer. */
  onAcknowledged(usageId: string, ack: SipRequest): void {
    const leg = this.#table.byUsageId(usageId);
    if (leg) this.#table.acknowledged(leg);
    if (leg?.agreed) {
      const { agreed } = leg;
      leg.agreed = undefined;
      this.#table.connect(leg, agreed);
    }
    if (!leg?.awaitsAnswer || !leg.negotiation) return;
    leg.awaitsAnswer = false;
    const answer = descriptionOf(ack);
    const result =
      answer === undefined
        ? 'the ACK brought no answer to our offer'
        : typeof answer === 'string'
          ? answer
          : leg.negotiation.readAnswer(answer);
    if (typeof result !== 'string' && 'remote' in result) {
      this.#table.connect(leg, result.remote);
      return;
    }
    const reason = typeof result === 'string' ? result : result.text;
    const { sip, log } = this.#tools;
    if (leg.connected) {
      log.warn('answer to a repeated offer ignored', { legId: leg.legId, reason });
      return;
    }
    // RFC 3261 section 13.2.2.4: an unacceptable answer is followed by a BYE. A call that has media keeps it.
    this.#table.end(leg, { sipResponseCode: 488, by: 'fault', reason });
    sip.run((agent, now) => agent.bye(leg.usageId, now));
  }

  /** Handles a re-INVITE or UPDATE: hold, another address or codec, an ICE restart, or a mere refresh. */
  onModified(pending: PendingRequest): void {
    const { sip, host } = this.#tools;
    const leg = this.#table.byUsageId(pending.usageId);
    const reply = (
      status: number,
      content: { headers?: HeaderPair[]; body?: Buffer; offer?: boolean } = {},
    ) => sip.run((agent, now) => agent.reply(pending, status, { ...content, contentType: SDP }, now));
    if (!leg?.negotiation) {
      reply(481);
      return;
    }
    const offer = descriptionOf(pending.request);
    if (typeof offer === 'string') {
      reply(400, { headers: [warning(host, { text: `the session description cannot be read: ${offer}` })] });
    } else if (offer) {
      const result = leg.negotiation.answer(offer);
      if ('kind' in result) {
        reply(488, { headers: [warning(host, result)] });
        return;
      }
      reply(200, { body: result.body });
      // The UPDATE may come before the ACK.
      if (leg.agreed) leg.agreed = result.remote;
      else this.#table.connect(leg, result.remote);
    } else if (pending.request.method === 'INVITE') {
      // Section 14.2: a re-INVITE without offer gets one; its answer comes with the ACK.
      leg.awaitsAnswer = true;
      reply(200, { body: leg.negotiation.offer(), offer: true });
    } else {
      reply(200);
    }
  }

  /** Reads the answer to an offer that only refreshed the session; any change in it takes effect. */
  onReinvited(usageId: string, response: SipResponse): void {
    const leg = this.#table.byUsageId(usageId);
    const answer = descriptionOf(response);
    if (!leg?.negotiation || typeof answer !== 'object') return;
    const result = leg.negotiation.readAnswer(answer);
    if ('remote' in result) this.#table.connect(leg, result.remote);
    else this.#tools.log.warn('answer to a refresh ignored', { legId: leg.legId, reason: result.text });
  }

  onInfo(pending: PendingRequest): void {
    const { sip, events, host } = this.#tools;
    const leg = this.#table.byUsageId(pending.usageId);
    const found = digitOfInfo(pending.request);
    const refusal = refusalOf(pending.request, found);
    const headers = refusal ? [...(refusal.headers ?? []), warning(host, refusal)] : [];
    sip.run((agent, now) => agent.reply(pending, refusal?.status ?? 200, { headers }, now));
    if (leg?.state !== 'answered' || typeof found !== 'object') return;
    events.push((told) => told.onDigit(leg.legId, found.digit));
  }
}
