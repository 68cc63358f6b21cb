import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Ids } from '#platform';
import {
  type EndCause,
  type Refusal,
  type Source,
  sourceKey,
  type TransportOutput,
  type UserAgentOptions,
  type UserAgentOutput,
} from '#sip';
import { ArrivingLegs, RETRY_AFTER } from './arriving-legs.ts';
import { CallRates } from './call-rates.ts';
import { EventQueue } from './event-queue.ts';
import { isLoopback, partiesOf, registrableNumber } from './identity.ts';
import { LegChanges } from './leg-changes.ts';
import { LegTable, type LegTools } from './leg-table.ts';
import { SIP_EDGE_LIMITS, type SipEdgeLimits } from './limits.ts';
import { MessageTrace } from './message-trace.ts';
import { PlacedLegs } from './placed-legs.ts';
import { RefusalReport } from './refusal-report.ts';
import { SipDriver } from './sip-driver.ts';
import type { PlacedLeg, RegistrarRules, SipEdgeEvents, SipEdgeOptions } from './sip-edge.ts';
import type { LegEnd, SipLeg } from './sip-leg.ts';
import type { SocketOptions } from './sip-sockets.ts';
import type { SipEdgeParts } from './start-sip-edge.ts';

/** The text that a phone shows when it asks for the password. */
const REALM = 'SIP media application';

function registrarOptions(
  { isReserved, password }: RegistrarRules = {},
  host: string,
  ids: Ids,
): NonNullable<UserAgentOptions['registrar']> {
  const mustProve = ({ address }: Source) => !isLoopback(address) && address !== host;
  return {
    numberOf: registrableNumber,
    ...(isReserved ? { isReserved } : {}),
    ...(password === undefined ? {} : { digest: { realm: REALM, password, key: ids.hex(32), mustProve } }),
  };
}

function socketOptions(
  { address, port, furtherAddresses = [], tls }: SipEdgeOptions,
  limits: SipEdgeLimits,
): SocketOptions {
  return { address, port, furtherAddresses, limits, ...(tls ? { tls } : {}) };
}

/** The ends of legs that this side did not end itself. */
const END_OF_CAUSE: Readonly<Record<EndCause, LegEnd>> = {
  cancelled: { sipResponseCode: 487, by: 'far', reason: 'the caller gave up before the answer' },
  expired: { sipResponseCode: 487, by: 'far', reason: 'the INVITE expired before the answer' },
  refused: { sipResponseCode: 480, by: 'us', reason: 'refused' },
  'bye received': { sipResponseCode: 0, by: 'far', reason: 'the far end hung up' },
  'bye sent': { sipResponseCode: 0, by: 'us', reason: 'hung up' },
  'no ack': { sipResponseCode: 408, by: 'fault', reason: 'the answer was never acknowledged' },
  'not refreshed': { sipResponseCode: 408, by: 'fault', reason: 'the far end let its session run out' },
  gone: { sipResponseCode: 408, by: 'fault', reason: 'the far end does not answer or has gone' },
};

/**
 * The legs of the edge: who may begin one, what the runtime does with it, and what the SIP stack reports
 * about it.
 */
export class Legs {
  readonly #table: LegTable;
  readonly #events: EventQueue;
  readonly #maxLegs: number;
  readonly #most: { readonly unacknowledged: number; readonly ofSource: number };
  readonly #rates: CallRates;
  readonly #refusals: RefusalReport;
  readonly #trace: MessageTrace;
  readonly #sip: SipDriver;
  readonly #arriving: ArrivingLegs;
  readonly #placed: PlacedLegs;
  readonly #changes: LegChanges;
  #closing: Promise<void> | undefined;
  #noMore: string | undefined;

  static async open(options: SipEdgeOptions, parts: SipEdgeParts): Promise<Legs> {
    const limits = { ...SIP_EDGE_LIMITS, ...options.limits };
    const { media, ids, log, clock } = parts;
    const trace = new MessageTrace(parts.trace);
    const events = new EventQueue(log);
    const table = new LegTable({ media, events, trace }, (leg, held) => legs.#watchHeld(leg, held));
    const host = options.advertisedAddress ?? options.address;
    const sip = await SipDriver.open(
      socketOptions(options, limits),
      (port) => ({
        host,
        port,
        ids,
        ...(options.timers ? { timers: options.timers } : {}),
        registrar: registrarOptions(options.registrar, host, ids),
        admit: (_request, source, now) => legs.#admit(source, now),
      }),
      { clock, log, trace },
      { onOutput: (output) => legs.#onOutput(output) },
    );
    const refusals = new RefusalReport(
      log,
      clock,
      (why) => events.push((told) => told.onCallRefused?.(why)),
      (refusal) => events.push((told) => told.onRefusalTold?.(refusal)),
    );
    // The driver receives messages one turn of the event loop later at the earliest; the legs exist by then.
    const legs: Legs = new Legs(
      table,
      { media, events, ids, log, host, sip, refusals, trace },
      options,
      limits,
    );
    return legs;
  }

  private constructor(table: LegTable, tools: LegTools, options: SipEdgeOptions, limits: SipEdgeLimits) {
    const { maxLegs = limits.maxLegs, trunks = [], address, advertisedAddress } = options;
    this.#table = table;
    this.#events = tools.events;
    this.#refusals = tools.refusals;
    this.#trace = tools.trace;
    this.#maxLegs = maxLegs;
    const part = (share: number) => Math.max(1, Math.floor(maxLegs * share));
    this.#most = { unacknowledged: part(limits.sourceShare), ofSource: part(limits.sourceLegShare) };
    this.#rates = new CallRates({
      limits,
      ours: [address, advertisedAddress, ...trunks],
      hasRegistered: (one) => tools.sip.hasRegistered(one),
    });
    this.#sip = tools.sip;
    this.#arriving = new ArrivingLegs(table, tools, limits.webRtcLegs);
    this.#placed = new PlacedLegs(table, tools);
    this.#changes = new LegChanges(table, tools);
  }

  observe(events: SipEdgeEvents): void {
    this.#events.observe(events);
  }

  refuseNew(why: string | undefined): void {
    this.#noMore = why;
  }

  get port(): number {
    return this.#sip.port;
  }

  get tlsPort(): number | undefined {
    return this.#sip.tlsPort;
  }

  get size(): number {
    return this.#table.size;
  }

  registered(): string[] {
    return this.#closing ? [] : this.#sip.registered();
  }

  acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sip.acceptWebSocket(request, socket, head);
  }

  place(placed: PlacedLeg): void {
    this.#placed.place(placed, this.#closing !== undefined || this.#table.size >= this.#maxLegs);
  }

  ring(legId: string): void {
    const leg = this.#table.byLegId(legId);
    if (leg) this.#arriving.ring(leg);
  }

  openEarlyMedia(legId: string): void {
    const leg = this.#table.byLegId(legId);
    if (leg) this.#arriving.openEarlyMedia(leg);
  }

  answer(legId: string): void {
    const leg = this.#table.byLegId(legId);
    if (leg) this.#arriving.answer(leg);
  }

  hangUp(legId: string, sipResponseCode: number): void {
    const leg = this.#table.byLegId(legId);
    if (!leg) return;
    if (leg.state === 'answered') this.#bye(leg);
    else if (leg.placed) this.#placed.hangUp(leg);
    else this.#arriving.refuse(leg, sipResponseCode, { by: 'us', reason: 'refused' });
  }

  cutOff(legId: string): void {
    if (this.#table.byLegId(legId)) this.#trace.cutOff(legId);
  }

  askIfThere(legId: string): void {
    const leg = this.#table.byLegId(legId);
    if (leg?.state !== 'answered') return;
    if (leg.webRtc) this.#bye(leg);
    else this.#sip.run((agent, now) => agent.watch(leg.usageId, 'now', now));
  }

  close(waitMs: number): Promise<void> {
    this.#closing ??= this.#close(waitMs);
    return this.#closing;
  }

  async #close(waitMs: number): Promise<void> {
    for (const leg of this.#table.all()) this.hangUp(leg.legId, 503);
    await this.#sip.settled(waitMs);
    await this.#sip.close();
  }

  /** A telephone on hold sends nothing, so only asking it shows whether it is still there. */
  #watchHeld(leg: SipLeg, held: boolean): void {
    if (leg.held === held) return;
    leg.held = held;
    this.#sip.run((agent, now) => agent.watch(leg.usageId, held ? 'later' : 'off', now));
  }

  /** Decides on an INVITE before anything is kept of it. */
  #admit({ address }: Source, now: number): Refusal | undefined {
    const source = sourceKey(address);
    const text = this.#obstacle(source) ?? this.#rates.obstacle(address, now);
    return text === undefined ? undefined : { status: 503, text, headers: [RETRY_AFTER] };
  }

  #obstacle(source: string): string | undefined {
    const { unacknowledged, ofSource } = this.#most;
    if (this.#closing) return 'this side is closing down';
    if (this.#noMore !== undefined) return this.#noMore;
    if (this.#table.unacknowledgedBy(source) >= unacknowledged) {
      return `this address has ${unacknowledged} calls that it has not acknowledged`;
    }
    if (this.#table.size >= this.#maxLegs) return `there are ${this.#maxLegs} calls already`;
    if (this.#table.ofSource(source) >= ofSource) return `this address has ${ofSource} calls already`;
    return undefined;
  }

  #onOutput(output: Exclude<UserAgentOutput, TransportOutput>): void {
    switch (output.kind) {
      case 'invited':
        this.#arriving.onInvited(output.usageId, output.request, output.source);
        return;
      case 'trying':
        this.#placed.onTrying(output);
        return;
      case 'ringing':
        this.#placed.onRinging(output);
        return;
      case 'answered':
        this.#placed.onAnswered(output);
        return;
      case 'rejected':
        this.#placed.onRejected(output);
        return;
      case 'acknowledged':
        this.#changes.onAcknowledged(output.usageId, output.ack);
        return;
      case 'modified':
        this.#changes.onModified(output.pending);
        return;
      case 'info':
        this.#changes.onInfo(output.pending);
        return;
      case 'reinvited':
        if (output.response) this.#changes.onReinvited(output.usageId, output.response);
        return;
      case 'refused':
        this.#refusals.tell({ ...output, ...partiesOf(output.request) });
        return;
      case 'ended': {
        const leg = this.#table.byUsageId(output.usageId);
        if (leg) this.#table.end(leg, END_OF_CAUSE[output.cause]);
      }
    }
  }

  /** The session ends when the BYE is handed over, not when it is answered (RFC 3261 section 15.1.1). */
  #bye(leg: SipLeg): void {
    this.#table.end(leg, { sipResponseCode: 0, by: 'us', reason: 'hung up' });
    this.#sip.run((agent, now) => agent.bye(leg.usageId, now));
  }
}
