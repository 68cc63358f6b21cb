import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InvocationEvent } from 'pstn-audio';
import {
  type Call,
  type CallOutput,
  isEndedByService,
  type PlayAudio,
  type SpeakText,
} from 'pstn-audio/engine';
import {
  CallExpectationError,
  type Dialling,
  type Expected,
  heardOf,
  isHeard,
  showEvent,
  showHeard,
} from 'pstn-audio/testing';
import { systemClock } from '#platform';
import { type QuietRuntime, startTelephones, type Telephones } from '#runtime';
import type { ScriptedApplication, ScriptedCall } from '../types.ts';
import { SoundSearch } from './find-sound.ts';
import { type PhoneCall, SipPhone } from './sip-phone.ts';

const PERSON = '+12065550100';
/** Milliseconds that an expectation waits by default, as for virtual calls. */
const PATIENCE_MS = 60_000;
/** Milliseconds between two checks of a condition. */
const LOOK_MS = 50;
/** Milliseconds without activity that count as quiet: a pressed key has arrived by then. Our choice. */
const QUIET_MS = 300;

interface Asked {
  output: PlayAudio | SpeakText;
  /** Samples that the telephone had heard when this was requested. */
  after: number;
}

/** What is known about a call on the application's side. */
interface Known {
  call: Call;
  events: InvocationEvent[];
  asked: Asked[];
  released: boolean;
}

type Cloud = QuietRuntime['cloud'];

interface Parts {
  phone: SipPhone;
  telephones: Telephones;
  cloud: Cloud;
  calls: QuietRuntime['calls'];
  folder: string;
}

/** An application whose calls are made by telephones with real sockets and sound. */
export class SipApplication implements ScriptedApplication {
  readonly calls: SipCall[] = [];
  readonly #phone: SipPhone;
  readonly #telephones: Telephones;
  readonly #cloud: Cloud;
  readonly #calls: QuietRuntime['calls'];
  readonly #folder: string;
  readonly #known = new Map<string, Known>();

  static async start(cloud: Cloud, calls: QuietRuntime['calls']): Promise<SipApplication> {
    const folder = mkdtempSync(path.join(tmpdir(), 'chime-local-sip-'));
    const phone = await SipPhone.open();
    let application: SipApplication | undefined;
    const watch = {
      changed() {},
      did: (call: Call, _before: Call | undefined, outputs: readonly CallOutput[]) =>
        application?.did(call, outputs),
      ended() {},
    };
    const everybody = { prefix: '+', target: { ...phone.address, transport: 'udp' as const } };
    const telephones = await startTelephones(cloud, folder, watch, [everybody]);
    const { host, meetings, sip, signalling } = telephones.server;
    calls.connect({ host, meetings, sip, signalling });
    application = new SipApplication({ phone, telephones, cloud, calls, folder });
    return application;
  }

  private constructor({ phone, telephones, cloud, calls, folder }: Parts) {
    this.#phone = phone;
    this.#telephones = telephones;
    this.#cloud = cloud;
    this.#calls = calls;
    this.#folder = folder;
  }

  did(call: Call, outputs: readonly CallOutput[]): void {
    const known = this.#known.get(call.transactionId) ?? { call, events: [], asked: [], released: false };
    this.#known.set(call.transactionId, known);
    known.call = call;
    known.released ||= call.legs.some(
      ({ legId, participantTag }) => participantTag === 'LEG-A' && isEndedByService(call, legId),
    );
    for (const output of outputs) {
      if (output.kind === 'InvokeFunction') known.events.push(output.event);
      const plays = output.kind === 'PlayAudio' || output.kind === 'SpeakText';
      if (plays) known.asked.push({ output, after: this.#samplesHeard(call) });
    }
  }

  #samplesHeard({ transactionId }: Call): number {
    return this.calls.find((call) => call.transactionId === transactionId)?.samplesHeard ?? 0;
  }

  async dial({ from = PERSON, to, sipHeaders }: Dialling = {}): Promise<SipCall> {
    const number = to ?? this.#ownNumber('to');
    const { sip } = this.#telephones.server;
    const before = new Set(this.#known.keys());
    const line = this.#phone.dial({ server: sip, from, to: number, ...(sipHeaders ? { sipHeaders } : {}) });
    const mine = () =>
      [...this.#known.values()].find(
        ({ call }) => !before.has(call.transactionId) && call.legs[0]?.from === from,
      );
    await until(() => mine() !== undefined || line.end !== undefined, PATIENCE_MS);
    const known = mine();
    if (!known) throw new CallExpectationError(`The call is refused: ${line.end?.why ?? 'no answer'}`, '');
    const call = new SipCall(this.#phone, this.#telephones, line, known);
    this.calls.push(call);
    return call;
  }

  async call({
    from = this.#ownNumber('from'),
    to = PERSON,
    ...given
  }: Dialling & { arguments?: Record<string, string> } = {}): Promise<SipCall> {
    const target = this.#cloud.voice.routeForNumber(from)?.targets[0];
    if (!target) throw new Error(`${from} leads to no application: call from one of its numbers.`);
    const transactionId = this.#calls.createCall({ target, from, to, ...given });
    const known = this.#known.get(transactionId);
    if (!known) throw new Error('The call was not placed.');
    const isOver = () => known.call.state === 'ended';
    await until(() => this.#phone.callerOf(to) !== undefined || isOver(), PATIENCE_MS);
    await until(() => known.call.invocation === null || isOver(), PATIENCE_MS);
    const line = this.#phone.callerOf(to) ?? neverCame();
    const call = new SipCall(this.#phone, this.#telephones, line, known);
    this.calls.push(call);
    return call;
  }

  #ownNumber(name: 'from' | 'to'): string {
    const [number] = this.#cloud.voice.routedNumbers();
    if (number !== undefined) return number;
    throw new Error(`The application has no number that leads to it: name one as \`${name}\`.`);
  }

  async finish(): Promise<void> {
    for (const call of this.calls) await call.hangUp();
    // For most applications, that of the bridged telephones follows from it.
    await Promise.allSettled(this.calls.map((call) => call.quiet()));
    this.#phone.hangUpAll();
    await this.#telephones.server.host.drained();
  }

  async close(): Promise<void> {
    await this.#phone.close();
    await this.#telephones.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A call with such a telephone. */
class SipCall implements ScriptedCall {
  readonly #phone: SipPhone;
  readonly #telephones: Telephones;
  readonly #line: PhoneCall;
  readonly #known: Known;
  readonly #beganAt = performance.now();
  readonly #notes: string[] = [];
  #heardUpTo = 0;

  constructor(phone: SipPhone, telephones: Telephones, line: PhoneCall, known: Known) {
    this.#phone = phone;
    this.#telephones = telephones;
    this.#line = line;
    this.#known = known;
  }

  get transactionId(): string {
    return this.#known.call.transactionId;
  }

  get samplesHeard(): number {
    return this.#line.samplesHeard();
  }

  get events(): readonly InvocationEvent[] {
    return this.#known.events;
  }

  get ended(): ScriptedCall['ended'] {
    const { end } = this.#line;
    if (!end) return undefined;
    const far = this.#known.released ? ('service' as const) : ('application' as const);
    return { by: end.by === 'caller' ? 'caller' : far, why: end.why, at: Math.round(end.at - this.#beganAt) };
  }

  get attendee(): ScriptedCall['attendee'] {
    const leg = this.#known.call.legs.find(({ kind }) => kind === 'meeting');
    if (!leg?.meetingId || !leg.attendeeId) return undefined;
    return { meetingId: leg.meetingId, attendeeId: leg.attendeeId, joined: leg.status === 'connected' };
  }

  get transcript(): string {
    return [...this.#known.events.map((event) => showEvent(event)), ...this.#notes].join('\n');
  }

  async hears(expected: Expected, { within = PATIENCE_MS }: { within?: number } = {}): Promise<void> {
    const deadline = performance.now() + within;
    const next = (): number =>
      this.#known.asked.findIndex(
        ({ output }, index) => index >= this.#heardUpTo && isHeard(heardOf(output), expected),
      );
    const said =
      typeof expected === 'object' && !(expected instanceof RegExp) ? showHeard(expected) : expected;
    await this.#until(
      () => next() >= 0,
      deadline,
      () => `The person on the phone should hear ${said}, but hears ${this.#instead()}`,
    );
    const index = next();
    const asked = this.#known.asked[index];
    this.#heardUpTo = index + 1;
    const samples = asked && (await this.#telephones.samplesOf(asked.output));
    if (!asked || !samples) return;
    const search = new SoundSearch(samples, asked.after);
    await this.#until(
      () => search.isIn(this.#line.heard()),
      deadline,
      () => `${said} is played, and its sound does not come out of the telephone`,
    );
    this.#notes.push(`hears ${said}`);
  }

  async press(keys: string): Promise<void> {
    this.#notes.push(`presses ${keys}`);
    await until(() => this.#line.answeredAt !== undefined, PATIENCE_MS);
    await this.#phone.press(this.#line, keys);
  }

  async hangUp(): Promise<void> {
    if (this.#line.end) return;
    this.#phone.hangUp(this.#line);
    await until(() => this.#line.end !== undefined, PATIENCE_MS);
  }

  async update(args: Record<string, string> = {}): Promise<void> {
    const { call } = this.#known;
    this.#telephones.server.host.updateCall(call.sipMediaApplicationId, call.transactionId, args);
  }

  async ringing(): Promise<void> {
    this.#notes.push('rings');
    this.#phone.ring(await this.#called());
  }

  async answered(): Promise<void> {
    this.#notes.push('the called party answers');
    const line = await this.#called();
    this.#phone.answer(line);
    await until(() => line.answeredAt !== undefined || line.end !== undefined, PATIENCE_MS);
  }

  async refused(sipResponseCode = 486): Promise<void> {
    this.#notes.push(`the called party refuses with ${sipResponseCode}`);
    const line = await this.#called();
    this.#phone.hangUp(line, sipResponseCode);
    await until(() => line.end !== undefined, PATIENCE_MS);
  }

  async joins({ within = PATIENCE_MS }: { within?: number } = {}) {
    const deadline = performance.now() + within;
    await this.#until(
      () => this.attendee?.joined === true,
      deadline,
      () => 'The call joins no meeting',
    );
    return this.attendee as NonNullable<ScriptedCall['attendee']>;
  }

  async ends({ within = PATIENCE_MS }: { within?: number } = {}) {
    const deadline = performance.now() + within;
    const over = () => this.#line.end !== undefined && this.#known.call.state === 'ended';
    await this.#until(over, deadline, () => 'The call does not end');
    return this.ended as NonNullable<ScriptedCall['ended']>;
  }

  async pass(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => void systemClock.after(milliseconds, resolve));
  }

  async quiet({ within = PATIENCE_MS }: { within?: number } = {}): Promise<void> {
    let since: number | undefined;
    const isQuiet = (): boolean => {
      const now = performance.now();
      since = isBusy(this.#known.call) ? undefined : (since ?? now);
      return since !== undefined && now - since >= QUIET_MS;
    };
    const deadline = performance.now() + within;
    await this.#until(isQuiet, deadline, () => 'Something is under way on the call');
  }

  /** The call that the application is making, once its INVITE has arrived. */
  async #called(): Promise<PhoneCall> {
    const found = (): PhoneCall | undefined => {
      const { legs, dialling } = this.#known.call;
      const calling = legs.findLast(
        ({ direction, status, kind }) =>
          direction === 'Outbound' && status === 'unanswered' && kind === 'telephone',
      );
      const to = dialling.find(({ givenUp }) => !givenUp)?.to ?? calling?.to;
      return to === undefined ? undefined : this.#phone.callerOf(to);
    };
    await this.#until(
      () => found() !== undefined,
      performance.now() + PATIENCE_MS,
      () => 'The application is calling nobody',
    );
    return found() as PhoneCall;
  }

  #instead(): string {
    const heard = this.#known.asked.slice(this.#heardUpTo);
    return heard.map(({ output }) => showHeard(heardOf(output))).join(', ') || 'nothing';
  }

  async #until(met: () => boolean, deadline: number, what: () => string): Promise<void> {
    if (await until(met, deadline - performance.now())) return;
    throw new CallExpectationError(what(), this.transcript);
  }
}

/** A call that the application gave up before its INVITE arrived. */
function neverCame(): PhoneCall {
  const end = { by: 'far' as const, why: 'never called', at: performance.now() };
  return { legId: 'never', answeredAt: undefined, end, heard: () => new Int16Array(), samplesHeard: () => 0 };
}

/** Whether an invocation or an action is in progress, or an action or an event waits. */
function isBusy({ invocation, running, queue, pendingEvents, state }: Call): boolean {
  if (state === 'ended') return false;
  return invocation !== null || running !== null || queue.length > 0 || pendingEvents.length > 0;
}

/** Polls until the condition holds; returns false if it does not in time. */
async function until(met: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!met()) {
    if (performance.now() > deadline) return false;
    await new Promise<void>((resolve) => void systemClock.after(LOOK_MS, resolve));
  }
  return true;
}
