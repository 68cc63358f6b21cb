import type { LegMedia, RemoteMedia } from '#media-edge';
import type { Ids, Log } from '#platform';
import type { EventQueue } from './event-queue.ts';
import type { MessageTrace } from './message-trace.ts';
import type { RefusalReport } from './refusal-report.ts';
import type { SipDriver } from './sip-driver.ts';
import type { LegEnd, SipLeg } from './sip-leg.ts';

/** The tools that the handlers of legs share. */
export interface LegTools {
  readonly media: LegMedia;
  readonly events: EventQueue;
  readonly ids: Ids;
  readonly log: Log;
  /** Our address as given to phones. */
  readonly host: string;
  readonly sip: SipDriver;
  readonly refusals: RefusalReport;
  readonly trace: MessageTrace;
}

/** All legs, and the two things that happen to every kind of leg: it is connected, and it ends. */
export class LegTable {
  readonly #byLegId = new Map<string, SipLeg>();
  readonly #byUsageId = new Map<string, SipLeg>();
  /** By source: the number of its legs that were answered and have not been acknowledged. */
  readonly #unacknowledged = new Map<string, number>();
  /** By source: the number of its legs. */
  readonly #bySource = new Map<string, number>();
  readonly #tools: Pick<LegTools, 'media' | 'events' | 'trace'>;
  readonly #onHeld: (leg: SipLeg, held: boolean) => void;

  /** `onHeld` is told at each offer/answer exchange whether the far end has stopped sending. */
  constructor(
    tools: Pick<LegTools, 'media' | 'events' | 'trace'>,
    onHeld: (leg: SipLeg, held: boolean) => void = () => {},
  ) {
    this.#tools = tools;
    this.#onHeld = onHeld;
  }

  get size(): number {
    return this.#byLegId.size;
  }

  /** The number of browsers' legs. */
  get webRtc(): number {
    let count = 0;
    for (const leg of this.#byLegId.values()) if (leg.webRtc) count++;
    return count;
  }

  all(): SipLeg[] {
    return [...this.#byLegId.values()];
  }

  byLegId(legId: string): SipLeg | undefined {
    return this.#byLegId.get(legId);
  }

  byUsageId(usageId: string): SipLeg | undefined {
    return this.#byUsageId.get(usageId);
  }

  add(leg: SipLeg): void {
    this.#byLegId.set(leg.legId, leg);
    this.#byUsageId.set(leg.usageId, leg);
    count(this.#bySource, leg.source, 1);
  }

  /** The number of the source's legs. */
  ofSource(source: string): number {
    return this.#bySource.get(source) ?? 0;
  }

  unacknowledgedBy(source: string): number {
    return this.#unacknowledged.get(source) ?? 0;
  }

  /** The far end owes an ACK from now on. Before that, it was waiting for the application. */
  answered(leg: SipLeg): void {
    if (leg.unacknowledgedBy !== undefined) return;
    leg.unacknowledgedBy = leg.source;
    count(this.#unacknowledged, leg.source, 1);
  }

  /** The far end has proved to exist, so the leg no longer counts against its source. */
  acknowledged(leg: SipLeg): void {
    count(this.#unacknowledged, leg.unacknowledgedBy, -1);
    leg.unacknowledgedBy = undefined;
  }

  /** Tells the media edge about the far end; the first time, the leg counts as answered. */
  connect(leg: SipLeg, remote: RemoteMedia): void {
    const { media, events } = this.#tools;
    media.connectLeg(leg.legId, remote);
    this.#onHeld(leg, !leg.webRtc && (remote.direction === 'inactive' || remote.direction === 'sendonly'));
    if (leg.connected) return;
    leg.connected = true;
    const agreed = { telephoneEvent: remote.dtmfPayloadType !== undefined };
    events.push((told) => told.onLegAnswered(leg.legId, agreed));
  }

  /** Ends a leg. This is the only place where a leg ends. */
  end(leg: SipLeg, end: LegEnd): void {
    if (leg.state === 'ended') return;
    const { media, events, trace } = this.#tools;
    trace.restore(leg.legId);
    // While its ports are being opened, nobody can release them; the opener does so once it finds the leg
    // ended.
    if (leg.state !== 'opening') media.closeLeg(leg.legId);
    leg.state = 'ended';
    this.acknowledged(leg);
    count(this.#bySource, leg.source, -1);
    this.#byLegId.delete(leg.legId);
    this.#byUsageId.delete(leg.usageId);
    if (leg.known) events.push((told) => told.onLegEnded(leg.legId, end));
  }
}

/** Adds to or subtracts from the count of a known source; a count of zero is removed. */
function count(counts: Map<string, number>, source: string | undefined, change: 1 | -1): void {
  if (source === undefined) return;
  const left = (counts.get(source) ?? 0) + change;
  if (left > 0) counts.set(source, left);
  else counts.delete(source);
}
