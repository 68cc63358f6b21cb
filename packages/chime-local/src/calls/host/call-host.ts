import type { CallInput, CallOutput, LegArrived, OutboundCallRequested } from 'pstn-audio/engine';
import { acceptsUpdates, type Call, isEndedByService, step } from 'pstn-audio/engine';
import type { CallRecords } from '#call-record';
import type { Clock, Ids, Log } from '#platform';
import type { InvocationWatch } from './invocations.ts';
import type { CallWatch } from './live-calls.ts';
import { OutputCarrier, type OutputEdges } from './output-carrier.ts';

/** The status reported for a leg that was lost before it was answered. RFC 3261 section 21.4.18. */
const UNAVAILABLE = 480;

/** A leg as the SIP edge reports it, with the possible targets of its call. */
export type InboundCall = Omit<LegArrived, 'kind' | 'transactionId'>;

/** A call that an application requested. */
export type OutboundCall = Omit<OutboundCallRequested, 'kind' | 'transactionId' | 'legId'>;

/** The part of the call record that the host writes to. */
export type CallRecorder = Pick<CallRecords, 'stepped' | 'faulted' | 'restored' | 'add'>;

interface RunningCall {
  call: Call;
  cancelWake: () => void;
  /** The CallIds of the call's legs, including ended ones. */
  legIds: string[];
  /** Set if the call is being ended because of a fault in the runtime. */
  faulty?: true;
  /** Set if the call's legs are hung up although no function asked for it. */
  byService?: true;
}

/**
 * Keeps the calls in progress, passes their inputs to the engine and the engine's outputs to the edges. The
 * state of a call is the engine's value; this class only knows which value belongs to which transaction.
 */
export class CallHost {
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #log: Log;
  readonly #carrier: OutputCarrier;
  readonly #watches: readonly CallWatch[];
  readonly #record: CallRecorder | undefined;
  readonly #calls = new Map<string, RunningCall>();
  /** Maps legs (including meeting legs) to transactions. */
  readonly #transactionOf = new Map<string, string>();
  readonly #pending: { transactionId: string; input: CallInput }[] = [];
  #draining = false;
  #closing = false;
  #whenEmpty: (() => void)[] = [];

  constructor(parts: {
    clock: Clock;
    ids: Ids;
    log: Log;
    edges: OutputEdges;
    watches?: CallWatch[];
    invocationWatches?: InvocationWatch[];
    record?: CallRecorder;
  }) {
    this.#watches = parts.watches ?? [];
    this.#record = parts.record;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#log = parts.log;
    const { clock, ids, log, record, invocationWatches: watches = [] } = parts;
    this.#carrier = new OutputCarrier(
      parts.edges,
      { clock, ids, log, watches, ...(record ? { record } : {}) },
      (transactionId, input) => this.#give(transactionId, input),
    );
  }

  /** The number of calls in progress. */
  get size(): number {
    return this.#calls.size;
  }

  /** Starts the call of a leg that arrived from the address `source`; returns the TransactionId. */
  arrive(leg: InboundCall, source?: string): string {
    const transactionId = this.#ids.guid();
    if (source !== undefined) this.#carrier.cameFrom(transactionId, source);
    this.#give(transactionId, { kind: 'LegArrived', transactionId, ...leg });
    return transactionId;
  }

  /** Starts a call for CreateSipMediaApplicationCall; returns the TransactionId. */
  place(request: OutboundCall): string {
    const transactionId = this.#ids.guid();
    const legId = this.#ids.guid();
    this.#give(transactionId, { kind: 'OutboundCallRequested', transactionId, legId, ...request });
    return transactionId;
  }

  /** Handles an event of a leg. Events of calls that are over are ignored. */
  legInput(legId: string, input: CallInput): void {
    const transactionId = this.#transactionOf.get(legId);
    if (!transactionId) return;
    if (input.kind === 'LegEnded') this.#carrier.legEnded(legId);
    if (input.kind === 'PlaybackFinished') {
      this.#give(transactionId, { ...input, legId: this.#carrier.playbackLeg(legId, input.playId) });
    } else this.#give(transactionId, input);
  }

  /** UpdateSipMediaApplicationCall. */
  updateCall(
    sipMediaApplicationId: string,
    transactionId: string,
    args: Record<string, string>,
  ): 'accepted' | 'notFound' {
    const running = this.#calls.get(transactionId);
    if (running?.call.sipMediaApplicationId !== sipMediaApplicationId || !acceptsUpdates(running.call)) {
      return 'notFound';
    }
    this.#give(transactionId, { kind: 'UpdateRequested', arguments: args });
    return 'accepted';
  }

  /** Ends a call that the previous process left behind: its legs are gone, and its function is told. */
  endLost(call: Call): void {
    const { transactionId } = call;
    this.#calls.set(transactionId, { call, cancelWake: () => {}, legIds: [] });
    this.#record?.restored(call);
    for (const { legId, status } of call.legs) {
      const sipResponseCode = status === 'unanswered' ? UNAVAILABLE : 0;
      if (status !== 'ended') this.#give(transactionId, { kind: 'LegEnded', legId, sipResponseCode });
    }
    // Its legs may have ended earlier, with only their events left to deliver.
    this.#give(transactionId, { kind: 'TimeReached' });
  }

  /** Hangs up every telephone because its audio is lost. The functions are told of each leg. */
  hangUpAll(): void {
    for (const running of [...this.#calls.values()]) this.#hangUpLegs(running);
  }

  /** The runtime is shutting down: from now on the service, not the application, hangs up. */
  close(): void {
    this.#closing = true;
  }

  /** Who hangs up a leg at this end: the service if the function fails, nobody answers, or the runtime shuts down. */
  whoHangsUp(legId: string): 'application' | 'service' {
    const running = this.#calls.get(this.#transactionOf.get(legId) ?? '');
    const byService =
      this.#closing || running?.byService || (running && isEndedByService(running.call, legId));
    return byService ? 'service' : 'application';
  }

  #hangUpLegs(running: RunningCall): void {
    running.byService = true;
    for (const { legId, kind, status } of running.call.legs) {
      if (kind === 'telephone' && status !== 'ended') this.#carrier.hangUp(legId, UNAVAILABLE);
    }
  }

  /** The leg has lost its place in the meeting, so its meeting leg ends. */
  meetingLost(legId: string): void {
    this.#carrier.meetingLost(legId);
  }

  /** Resolves when no call is in progress. */
  drained(): Promise<void> {
    if (this.#calls.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  #give(transactionId: string, input: CallInput): void {
    this.#pending.push({ transactionId, input });
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#pending.shift(); next; next = this.#pending.shift()) {
        this.#guard(next.transactionId, next.input);
      }
    } finally {
      this.#draining = false;
    }
  }

  /** Advances a call. A fault in one call ends that call and no other. */
  #guard(transactionId: string, input: CallInput): void {
    try {
      this.#advance(transactionId, input);
    } catch (error) {
      this.#log.error(`A fault of this program in a call, which ends: ${(error as Error).stack ?? error}`, {
        transactionId,
        input: input.kind,
      });
      this.#record?.faulted(transactionId, `${(error as Error).stack ?? error}`, input);
      this.#endFaulty(transactionId);
    }
  }

  /** Hangs up the legs, of which the function is told. If that fails as well, the call is forgotten. */
  #endFaulty(transactionId: string): void {
    const running = this.#calls.get(transactionId);
    if (!running) return;
    const again = running.faulty;
    running.faulty = true;
    this.#hangUpLegs(running);
    if (again) this.#end(transactionId);
  }

  #advance(transactionId: string, input: CallInput): void {
    const running = this.#calls.get(transactionId);
    const begins = input.kind === 'LegArrived' || input.kind === 'OutboundCallRequested';
    if (!running && !begins) return;
    const at = this.#clock.now();
    const { call, outputs } = step(running?.call, input, at);
    const before = running?.call;
    this.#record?.stepped({ transactionId, input, at, call, before, outputs });
    if (running) running.call = call;
    else this.#calls.set(transactionId, { call, cancelWake: () => {}, legIds: [] });
    if (begins || input.kind === 'MeetingJoined' || input.kind === 'LegDialled')
      this.#own(transactionId, input.legId);
    for (const watch of this.#watches) {
      watch.changed(call, before);
      watch.did?.(call, before, outputs);
    }
    for (const output of outputs) this.#carryOut(transactionId, output);
  }

  #own(transactionId: string, legId: string): void {
    this.#transactionOf.set(legId, transactionId);
    this.#calls.get(transactionId)?.legIds.push(legId);
  }

  #carryOut(transactionId: string, output: CallOutput): void {
    if (output.kind === 'WakeAt') this.#wakeAt(transactionId, output.at);
    else if (output.kind === 'CallEnded') this.#end(transactionId);
    else if (output.kind === 'LogMessage') this.#log[output.level](output.text, { transactionId });
    else this.#carrier.carryOut(transactionId, output);
  }

  #wakeAt(transactionId: string, at: number | null): void {
    const running = this.#calls.get(transactionId);
    if (!running) return;
    running.cancelWake();
    running.cancelWake =
      at === null
        ? () => {}
        : this.#clock.after(at - this.#clock.now(), () => this.#give(transactionId, { kind: 'TimeReached' }));
  }

  #end(transactionId: string): void {
    const running = this.#calls.get(transactionId);
    if (!running) return;
    running.cancelWake();
    this.#calls.delete(transactionId);
    for (const legId of running.legIds) this.#transactionOf.delete(legId);
    this.#carrier.forget(transactionId);
    for (const watch of this.#watches) watch.ended(running.call);
    if (this.#calls.size > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
