import type { Action, FunctionResponse } from '../documents.ts';
import { type Call, isEndedByService, legById } from '../engine/call.ts';
import type { CallInput, MeetingJoined } from '../engine/inputs.ts';
import type { CallOutput, InvokeFunction, JoinMeeting } from '../engine/outputs.ts';
import { step } from '../engine/transitions.ts';
import type { IntentResult, InvocationEvent, ParticipantTag } from '../events/index.ts';
import type { ResponseProblem } from '../response/problem.ts';
import { checkExpected, checkKeys, checkMilliseconds, checkPatience } from './arguments.ts';
import { CallExpectationError } from './expectation.ts';
import { FunctionUnderTest } from './function-under-test.ts';
import type { Handler } from './handler.ts';
import type { Interference } from './interference.ts';
import type { Seats, TestAttendee } from './meetings.ts';
import type { Exchanged } from './replay/recorded.ts';
import {
  type Expected,
  type Heard,
  heardOf,
  isHeard,
  isPlay,
  type SoundLengths,
  showHeard,
} from './sounds.ts';
import { StepsTaken, type TableAnswered } from './steps-taken.ts';
import { showEvent, Transcript } from './transcript.ts';
import { type Hearing, type Recorded, VirtualPhones } from './virtual-phones.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How a call ended for the person on the phone. */
export interface CallEnd {
  /**
   * `caller`: the person on the phone, calling or called. `service`: the service itself, as the function had
   * failed or nobody had answered.
   */
  by: 'caller' | 'application' | 'service';
  why: string;
  /** Milliseconds since the call began. */
  at: number;
}

/** How long an expectation waits. */
export interface Patience {
  /** Milliseconds of the call's time; 60 000 by default. */
  within?: number;
}

/** Milliseconds that an expectation waits by default. */
const DEFAULT_PATIENCE_MS = 60_000;
/** Milliseconds of a key, and of the pause before the next one, as a quick person presses them. */
const KEY_MS = 100;
const KEY_PAUSE_MS = 100;
/** Milliseconds after which a call counts as one that will never be quiet. */
const NEVER_QUIET_MS = 24 * 3_600_000;

/** What the application gives each of its calls. */
export interface CallParts {
  handler: Handler;
  time: VirtualTime;
  seats: Seats;
  lengths: SoundLengths | undefined;
  /** Milliseconds of the call's time until the function's answer arrives. */
  latency(event: InvocationEvent): number;
  interference: Interference | undefined;
  legId(): string;
}

/**
 * A telephone call to or from an application under test, on a virtual clock, without a telephone, a socket or
 * real time. It runs on the engine that also carries the real calls of the local runtime. Create one with
 * `sma(handler).dial()`, say what the person on the phone does, and expect what is heard. Each method returns
 * when nothing is left to do at that moment; time advances only in methods that wait for something (`hears`,
 * `joins`, `ends`, `pass`, `quiet`) and while keys are pressed.
 */
export class VirtualCall {
  /** Every event that was sent to the handler, in order. */
  readonly events: InvocationEvent[];
  /** The handler's answers, one for each invocation that has ended; undefined where it failed. */
  readonly responses: (FunctionResponse | undefined)[];
  /** Problems that the service would find in the answers. A good handler's call has none. */
  readonly problems: ResponseProblem[];
  /** Lines of the application's message log. */
  readonly log: string[] = [];
  readonly transactionId: string;
  readonly #parts: CallParts;
  readonly #phones: VirtualPhones;
  readonly #transcript = new Transcript();
  readonly #function: FunctionUnderTest;
  readonly #steps = new StepsTaken();
  readonly #legs = new Map<ParticipantTag, string>();
  readonly #beganAt: number;
  #call: Call | undefined;
  #inputs: CallInput[] = [];
  #giving = false;
  #cancelWake = (): void => {};
  /** True while a record decides what happens and when; nothing happens by itself then. */
  #following = false;
  /** The invocation in progress while a record is followed. */
  #asked: { sequence: number; answer: Promise<CallInput> } | undefined;
  #joining: JoinMeeting | undefined;
  #heardUpTo = 0;
  #ended: CallEnd | undefined;
  /** Why the next leg ends, unless the application or the service ends it. */
  #endedBy: Omit<CallEnd, 'at'> | undefined;

  /** For `sma()`, which creates calls. */
  constructor(transactionId: string, parts: CallParts) {
    this.transactionId = transactionId;
    this.#parts = parts;
    this.#beganAt = parts.time.now;
    this.#function = new FunctionUnderTest(parts.handler, this.#transcript, this.log);
    this.events = this.#function.events;
    this.responses = this.#function.responses;
    this.problems = this.#function.problems;
    const { time, seats, lengths } = parts;
    const legId = () => parts.legId();
    const note = (text: string) => this.#note(text);
    this.#phones = new VirtualPhones({
      time,
      seats,
      lengths,
      legId,
      note,
      give: (input) => this.give(input),
    });
  }

  /** Milliseconds since the call began. */
  get now(): number {
    return this.#parts.time.now - this.#beganAt;
  }

  /** How the call ended for the person on the phone; undefined while it is in progress. */
  get ended(): CallEnd | undefined {
    return this.#ended;
  }

  get state(): 'ringing' | 'connected' | 'ended' {
    const state = this.#call?.state ?? 'ringing';
    return state === 'releasing' ? 'ended' : state;
  }

  /** Every action that the handler has returned, in order. */
  get actions(): readonly Action[] {
    return this.responses.flatMap((response) => response?.Actions ?? []);
  }

  /** The call's most recent place in a meeting; undefined if it has never been in one. */
  get attendee(): TestAttendee | undefined {
    return this.#parts.seats.attendeeOf(this.#legs.get('LEG-A'));
  }

  /** The recordings that have been stored, in order. */
  get recorded(): readonly Recorded[] {
    return this.#phones.recorded;
  }

  /** SIP codes with which legs were hung up or refused by the application or the service, in order. */
  get hangUps(): readonly number[] {
    return this.#phones.hangUps;
  }

  /** What happened, with times, for people. It contains keys, as it belongs to a test. */
  get transcript(): string {
    return this.#transcript.text;
  }

  /** The call as the runtime records calls (JSON Lines), with its keys: for `replay`. */
  get record(): string {
    return this.#steps.record(this.transactionId, this.#beganAt);
  }

  /** Adds a table's answer to the handler to the record. */
  tableAnswered(answer: TableAnswered): void {
    this.#steps.tableAnswered(answer);
  }

  /** What the leg's party has heard or hears, in order. */
  heard(leg: ParticipantTag = 'LEG-A'): readonly Heard[] {
    return this.#hearings(leg).map(({ what }) => what);
  }

  /** What is being played to the leg's party at this moment. */
  playing(leg: ParticipantTag = 'LEG-A'): Heard | undefined {
    const legId = this.#legs.get(leg);
    return legId === undefined ? undefined : this.#phones.playing(legId)?.what;
  }

  /**
   * Lets time pass until the person on the phone begins to hear this; earlier sounds are skipped. A text
   * means the key of a file, its last part, or words of what is spoken.
   *
   * @throws CallExpectationError with the transcript if it is not heard
   */
  async hears(expected: Expected, patience: Patience = {}): Promise<void> {
    checkExpected(expected);
    checkPatience('hears', patience);
    const said =
      typeof expected === 'object' && !(expected instanceof RegExp) ? showHeard(expected) : expected;
    const found = (): boolean => {
      const hearings = this.#hearings('LEG-A');
      const at = hearings.findIndex(({ what }, index) => index >= this.#heardUpTo && isHeard(what, expected));
      if (at >= 0) this.#heardUpTo = at + 1;
      return at >= 0;
    };
    await this.#until(found, patience, () => {
      const heard = this.#hearings('LEG-A').slice(this.#heardUpTo);
      const instead = heard.map(({ what }) => showHeard(what)).join(', ') || 'nothing';
      return `The person on the phone should hear ${said}, but hears ${instead}`;
    });
  }

  /** Lets time pass until the call is in a meeting. @throws CallExpectationError if it does not join one */
  async joins(patience: Patience = {}): Promise<TestAttendee> {
    checkPatience('joins', patience);
    await this.#until(
      () => this.attendee?.joined === true,
      patience,
      () => 'The call joins no meeting',
    );
    return this.attendee as TestAttendee;
  }

  /** Lets time pass until the call has ended. @throws CallExpectationError if it does not end */
  async ends(patience: Patience = {}): Promise<CallEnd> {
    checkPatience('ends', patience);
    await this.#until(
      () => this.#ended !== undefined,
      patience,
      () => 'The call does not end',
    );
    return this.#ended as CallEnd;
  }

  /** Presses keys one after the other, as a quick person does: each takes 200 ms with the pause before the next. */
  async press(keys: string, leg: ParticipantTag = 'LEG-A'): Promise<void> {
    checkKeys(keys);
    this.#note(`${leg === 'LEG-A' ? '' : `${leg} `}presses ${keys}`);
    for (const [index, digit] of [...keys].entries()) {
      if (index > 0) await this.pass(KEY_MS + KEY_PAUSE_MS);
      this.give({ kind: 'DigitPressed', legId: this.#legId(leg), digit });
      await this.#parts.time.settle();
    }
  }

  /** The leg's party hangs up. */
  async hangUp(leg: ParticipantTag = 'LEG-A'): Promise<void> {
    this.hangUpNow(leg);
    await this.#parts.time.settle();
  }

  /** Like `hangUp`, but waits for nothing: for use while something else is under way. */
  hangUpNow(leg: ParticipantTag = 'LEG-A'): void {
    if (this.state === 'ended') return;
    const legId = this.#legId(leg);
    // A bridged leg goes on after the other has ended.
    if (!this.#isLive(legId)) return;
    this.#note(`${leg === 'LEG-A' ? '' : `${leg} `}hangs up`);
    this.#endedBy = { by: 'caller', why: 'hung up' };
    this.give({ kind: 'LegEnded', legId, sipResponseCode: 0 });
  }

  /** The legs on which there are people with telephones, LEG-A first. */
  get telephones(): readonly ParticipantTag[] {
    const { legs = [] } = this.#call ?? {};
    return legs
      .filter(({ kind, legId }) => kind === 'telephone' && this.#isLive(legId))
      .map(({ participantTag }) => participantTag);
  }

  /** For faults: presses a key while something else is under way. It has no effect on a call that has ended. */
  pressNow(digit: string): void {
    if (this.#ended) return;
    this.#note(`presses ${digit}`);
    this.give({ kind: 'DigitPressed', legId: this.#legId('LEG-A'), digit });
  }

  /** UpdateSipMediaApplicationCall. */
  async update(Arguments: Record<string, string> = {}): Promise<void> {
    this.give({ kind: 'UpdateRequested', arguments: Arguments });
    await this.#parts.time.settle();
  }

  /**
   * The party that the application calls, or will soon call (CreateSipMediaApplicationCall or CallAndBridge),
   * rings.
   */
  async ringing(): Promise<void> {
    await this.#tell({ kind: 'LegRinging', legId: await this.#dialled() });
  }

  /** The party that the application calls answers. */
  async answered(): Promise<void> {
    await this.#tell({ kind: 'LegAnswered', legId: await this.#dialled() });
  }

  /** The party that the application calls does not answer: 486 busy, 480 unavailable, or another SIP response. */
  async refused(sipResponseCode = 486): Promise<void> {
    const legId = await this.#dialled();
    this.#endedBy = { by: 'caller', why: `refused with ${sipResponseCode}` };
    await this.#tell({ kind: 'LegEnded', legId, sipResponseCode });
  }

  /** The leg's party is silent for long enough to end a RecordAudio that waits for silence. */
  async fallSilent(leg: ParticipantTag = 'LEG-A'): Promise<void> {
    this.#phones.fallSilent(this.#legId(leg));
    await this.#parts.time.settle();
  }

  /** The bot that the leg's party talks with closes the conversation. */
  async botCloses(
    intentResult: Omit<IntentResult, 'SessionId'>,
    leg: ParticipantTag = 'LEG-A',
  ): Promise<void> {
    const legId = this.#legId(leg);
    const conversationId = this.#phones.takeConversation(legId);
    if (conversationId === undefined) throw this.#failure(`${leg} talks with no bot`);
    await this.#tell({ kind: 'ConversationEnded', legId, conversationId, intentResult });
  }

  /** Lets time pass: sounds and pauses end, waiting for keys is given up, calls that nobody answers are ended. */
  async pass(milliseconds: number): Promise<void> {
    checkMilliseconds(milliseconds);
    await this.#parts.time.passUntil(this.#parts.time.now + milliseconds);
  }

  /**
   * Lets time pass until nothing more happens by itself: sounds have been heard, waiting actions have been
   * carried out.
   */
  async quiet(): Promise<void> {
    const end = this.#parts.time.now + NEVER_QUIET_MS;
    while (await this.#parts.time.step(end));
  }

  /** Every event with its answer, in order. */
  get exchanges(): readonly Exchanged[] {
    return this.#function.exchanges;
  }

  /** For replays: from now on a record decides what happens. */
  follow(): void {
    this.#following = true;
  }

  /** For replays: gives an input that came from outside, as recorded. */
  happens(input: CallInput): void {
    if (input.kind === 'DigitPressed') this.#note(`presses ${input.digit}`);
    if (input.kind === 'LegEnded') {
      this.#note('hangs up', this.#tagOf(input.legId));
      this.#endedBy = { by: 'caller', why: 'hung up' };
    }
    this.give(input);
  }

  /** For replays: what the handler answers to the invocation in progress; undefined if it has another number. */
  async answerOf(sequence: number): Promise<CallInput | undefined> {
    return this.#asked?.sequence === sequence ? this.#asked.answer : undefined;
  }

  /** For replays: the leg joins with today's token, under its recorded id. */
  joinAs(joined: MeetingJoined): CallInput {
    const { legId, joinedFrom } = joined;
    const output = this.#joining;
    const left = (): void => {
      // A record that is followed contains this input itself.
      if (!this.#following) this.give({ kind: 'LegEnded', legId, sipResponseCode: 0 });
    };
    const place = output && this.#parts.seats.join(output, legId, left);
    if (place) {
      this.#note(`joins meeting ${place.meetingId} as ${place.attendeeId}`);
      return { kind: 'MeetingJoined', legId, joinedFrom, ...place };
    }
    const message = 'JoinToken parameter value is invalid.';
    return { kind: 'MeetingJoinFailed', joinedFrom, errorType: 'InvalidActionParameter', message };
  }

  /**
   * For replays: stops following the record; what is under way goes on by itself. Gives the answer that is
   * outstanding.
   */
  goOn(): void {
    this.#following = false;
    this.#phones.goOn();
    const { time } = this.#parts;
    const { legs = [], wakeAt = null } = this.#call ?? {};
    if (wakeAt !== null) this.#wakeAt(wakeAt);
    for (const { legId, answering, status, hangUpCode } of legs) {
      if (status === 'ended') continue;
      if (hangUpCode !== undefined) this.give({ kind: 'LegEnded', legId, sipResponseCode: hangUpCode });
      else if (answering && status === 'unanswered') this.give({ kind: 'LegAnswered', legId });
    }
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked) time.waitFor(asked.answer.then((input) => this.give(input)));
  }

  /** For `sma()` and faults: gives one input to the call, with everything that follows from it at once. */
  give(first: CallInput): void {
    this.#inputs.push(first);
    if (this.#giving) return;
    this.#giving = true;
    try {
      for (let input = this.#inputs.shift(); input; input = this.#inputs.shift()) this.#advance(input);
    } finally {
      this.#giving = false;
      this.#inputs = [];
    }
  }

  #advance(input: CallInput): void {
    const { time, interference } = this.#parts;
    const { call, outputs } = step(this.#call, input, time.now);
    const leg = 'legId' in input ? legById(this.#call ?? call, input.legId) : undefined;
    if (input.kind === 'LegEnded') this.#legEnded(input, leg?.participantTag);
    if (this.#following) this.#followed(input);
    this.#steps.add({ input, outputs, at: time.now });
    this.#call = call;
    for (const { participantTag, legId } of call.legs) this.#legs.set(participantTag, legId);
    for (const output of outputs) this.#carryOut(output);
    interference?.happened(this);
  }

  #legEnded({ legId }: { legId: string }, tag: ParticipantTag | undefined): void {
    this.#phones.legEnded(legId);
    const byService = this.#call && isEndedByService(this.#call, legId);
    const service = byService ? this.log.at(-1) : undefined;
    const by = this.#endedBy ?? {
      by: service === undefined ? ('application' as const) : ('service' as const),
      why: service ?? 'the action Hangup',
    };
    this.#endedBy = undefined;
    if (tag !== 'LEG-A' || this.#ended) return;
    this.#ended = { ...by, at: this.now };
    this.#note(`the call has ended, by the ${by.by}: ${by.why}`);
  }

  #carryOut(output: CallOutput): void {
    const { time } = this.#parts;
    if (this.#following && output.kind !== 'LogMessage') this.#follow(output);
    else if (output.kind === 'InvokeFunction') {
      if (output.afterMs === undefined) this.#invoke(output);
      else time.at(time.now + output.afterMs, () => this.#invoke(output));
    } else if (output.kind === 'WakeAt') this.#wakeAt(output.at);
    else if (output.kind === 'LogMessage') {
      this.log.push(output.text);
      this.#note(`log: ${output.text}`);
    } else {
      const before = this.#phones.hearings.length;
      this.#phones.carryOut(output);
      const hearing = this.#phones.hearings[before];
      if (hearing) this.#note(`hears ${showHeard(hearing.what)}`, this.#tagOf(hearing.legId));
      if (output.kind === 'StopPlayback') this.#noteCut(output.legId, output.playId);
    }
  }

  #wakeAt(at: number | null): void {
    this.#cancelWake();
    this.#cancelWake =
      at === null ? () => {} : this.#parts.time.at(at, () => this.give({ kind: 'TimeReached' }));
  }

  /** Carries out an output while a record is followed. The record contains the input that answers it. */
  #follow(output: CallOutput): void {
    if (output.kind === 'InvokeFunction') {
      this.#asking(output.event);
      this.#asked = { sequence: output.sequence, answer: this.#function.run(output.event, undefined) };
    } else if (output.kind === 'JoinMeeting') this.#joining = output;
    else {
      if (output.kind === 'LeaveMeeting') this.#parts.seats.leave(output.legId);
      if (output.kind === 'SetAttendeesMuted') this.#parts.seats.setMuted(output);
      this.#phones.follow(output);
      if (isPlay(output)) this.#note(`hears ${showHeard(heardOf(output))}`, this.#tagOf(output.legId));
      if (output.kind === 'StopPlayback') this.#noteCut(output.legId, output.playId);
    }
  }

  #followed(input: CallInput): void {
    if (input.kind === 'PlaybackFinished' || input.kind === 'PlaybackFailed') {
      this.#phones.finished(input.legId, input.playId);
    }
    if (input.kind === 'FunctionFailed' || input.kind === 'FunctionResponded') this.#asked = undefined;
  }

  #noteCut(legId: string, playId: string): void {
    const hearing = this.#phones.hearings.find((other) => other.legId === legId && other.playId === playId);
    if (hearing) this.#note(`${showHeard(hearing.what)} is cut short`, this.#tagOf(legId));
  }

  #invoke(output: InvokeFunction): void {
    const { time, interference, latency } = this.#parts;
    const { event, sequence, timeoutMs } = output;
    this.#asking(event);
    const fault = interference?.invoked(event);
    const takes = Math.min(timeoutMs, fault?.slowMs ?? latency(event));
    const answerAt = time.now + takes;
    const inTime = takes < timeoutMs || timeoutMs === 0;
    time.waitFor(
      this.#function.run(event, fault?.fails).then((input) => {
        const late = { kind: 'FunctionFailed', sequence, reason: 'timeout', message: 'no answer' } as const;
        time.at(answerAt, () => this.give(inTime ? input : late));
      }),
    );
  }

  #asking(event: InvocationEvent): void {
    this.#function.sends(event, this.now);
    this.#note(showEvent(event));
  }

  async #tell(input: CallInput): Promise<void> {
    const words: Partial<Record<CallInput['kind'], string>> = {
      LegRinging: 'the called party rings',
      LegAnswered: 'the called party answers',
      LegEnded: 'the called party does not answer',
    };
    const text = words[input.kind];
    if (text) this.#note(text);
    this.give(input);
    await this.#parts.time.settle();
  }

  async #until(
    met: () => boolean,
    { within = DEFAULT_PATIENCE_MS }: Patience,
    what: () => string,
  ): Promise<void> {
    const { time } = this.#parts;
    const end = time.now + within;
    await time.settle();
    while (!met()) {
      // Nothing more happens on a call that has ended and whose events have been sent.
      if (this.#call?.state === 'ended') throw this.#failure(`${what()}: the call has ended`);
      if (await time.step(end)) continue;
      throw this.#failure(`${what()} within ${within / 1000} s`);
    }
  }

  #failure(what: string): CallExpectationError {
    return new CallExpectationError(what, this.transcript);
  }

  #note(text: string, tag?: ParticipantTag): void {
    this.#transcript.add(this.now, tag === 'LEG-B' ? `LEG-B ${text}` : text);
  }

  #tagOf(legId: string): ParticipantTag {
    return this.#legs.get('LEG-B') === legId ? 'LEG-B' : 'LEG-A';
  }

  #hearings(tag: ParticipantTag): Hearing[] {
    const legId = this.#legs.get(tag);
    return this.#phones.hearings.filter((hearing) => hearing.legId === legId);
  }

  /** The leg that has this tag, or had it last. */
  #legId(tag: ParticipantTag): string {
    const legId = this.#legs.get(tag);
    if (legId === undefined) throw this.#failure(`There has been no ${tag} yet`);
    return legId;
  }

  #isLive(legId: string): boolean {
    const leg = this.#call && legById(this.#call, legId);
    return leg !== undefined && leg.status !== 'ended';
  }

  async #dialled(): Promise<string> {
    const calling = (): string | undefined =>
      this.#call?.dialling.find(({ givenUp }) => !givenUp)?.legId ??
      this.#call?.legs.findLast(
        ({ direction, status, kind }) =>
          direction === 'Outbound' && status === 'unanswered' && kind === 'telephone',
      )?.legId;
    await this.#until(
      () => calling() !== undefined,
      {},
      () => 'The application is calling nobody',
    );
    return calling() as string;
  }
}
