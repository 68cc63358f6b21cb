import type { FunctionResponse } from '../documents.ts';
import type { Call } from '../engine/call.ts';
import type { CallInput } from '../engine/inputs.ts';
import type { CallOutput } from '../engine/outputs.ts';
import { step } from '../engine/transitions.ts';
import type { IntentResult, InvocationEvent, ParticipantTag } from '../events/index.ts';
import type { ResponseProblem } from '../response/problem.ts';
import { validateResponse } from '../response/validate-response.ts';
import { VirtualPhones } from './virtual-phones.ts';

/** The function under test: what a Lambda handler is, without its context. Anything that it throws is an error of the function. */
export type Handler = (event: InvocationEvent) => FunctionResponse | Promise<FunctionResponse>;

/** Who calls, and what the application is; each with a default. */
export interface VirtualCallOptions {
  /** Number of the person on the phone, E.164. */
  from?: string;
  /** Number of the application, E.164. */
  to?: string;
  /** `x-…`, `User-to-User`, `Diversion` headers of the INVITE. */
  sipHeaders?: Record<string, string>;
  /** Milliseconds since the epoch at which the call begins. */
  startsAt?: number;
  awsAccountId?: string;
  awsRegion?: string;
}

/** What somebody on the phone heard. */
export type Heard = { file: string } | { text: string } | { keys: string };

/** A recording that is in its bucket. */
export interface Recorded {
  bucket: string;
  key: string;
  track: 'INCOMING' | 'OUTGOING' | 'BOTH';
}

const START_MS = 1_700_000_000_000;

/**
 * A telephone call for the unit tests of a handler: the service's engine on a virtual clock, nothing else. Say what
 * happens (`arrive`, `press`, `hangUp`, `pass`, …); the handler is asked whenever the service would ask it, and
 * `events`, `responses`, `heard` and `log` say what came of it. No telephone, no socket, no time goes by.
 *
 * Telephones answer and hang up at once when they are told to, meetings let everybody in, and what is played goes on
 * until `playedOut` or until time passes in `pass` does not end it: the engine does not know how long a file is.
 */
export class VirtualCall {
  /** Every event that was sent to the handler, in order. */
  readonly events: InvocationEvent[] = [];
  /** What the handler answered, one for each event; undefined where it threw. */
  readonly responses: (FunctionResponse | undefined)[] = [];
  /** What the service would object to in the answers. A good handler's call ends with none. */
  readonly problems: ResponseProblem[] = [];
  /** Lines of the application's message log. */
  readonly log: string[] = [];
  readonly #handler: Handler;
  readonly #options: VirtualCallOptions;
  readonly #phones = new VirtualPhones();
  readonly #legs = new Map<ParticipantTag, string>();
  #call: Call | undefined;
  #now: number;

  constructor(handler: Handler, options: VirtualCallOptions = {}) {
    this.#handler = handler;
    this.#options = options;
    this.#now = options.startsAt ?? START_MS;
  }

  /** Milliseconds since the epoch, as the call has it. */
  get now(): number {
    return this.#now;
  }

  /** What the leg's party heard or hears: keys of files, and texts, in order. */
  heard(leg: ParticipantTag = 'LEG-A'): readonly Heard[] {
    return this.#phones.heard(this.#legId(leg));
  }

  /** What is being played to the leg's party now. */
  hears(leg: ParticipantTag = 'LEG-A'): Heard | undefined {
    return this.#phones.hears(this.#legId(leg));
  }

  /** What was recorded and has been stored, in order. */
  get recorded(): readonly Recorded[] {
    return this.#phones.recorded;
  }

  get state(): 'ringing' | 'connected' | 'ended' {
    const state = this.#call?.state ?? 'ringing';
    return state === 'releasing' ? 'ended' : state;
  }

  /** SIP codes with which legs were hung up or refused by the application, in order. */
  get hangUps(): readonly number[] {
    return this.#phones.hangUps;
  }

  /** Somebody calls the application. */
  async arrive(): Promise<void> {
    const { from = '+12065550100', to = '+12065550199', sipHeaders } = this.#options;
    await this.#give({
      kind: 'LegArrived',
      ...this.#identity(),
      from,
      to,
      sipRuleId: 'rule',
      targets: [this.#target()],
      ...(sipHeaders ? { sipHeaders } : {}),
    });
  }

  /** The application calls somebody (CreateSipMediaApplicationCall). `answered`, `refused` or `pass` say what follows. */
  async place(ArgumentsMap?: Record<string, string>): Promise<void> {
    const { from = '+12065550100', to = '+12065550199' } = this.#options;
    await this.#give({
      kind: 'OutboundCallRequested',
      ...this.#identity(),
      from: to,
      to: from,
      target: this.#target(),
      ...(ArgumentsMap ? { arguments: ArgumentsMap } : {}),
    });
  }

  /** Whom the application calls (`place`, or CallAndBridge) says that it rings. */
  async ringing(): Promise<void> {
    await this.#give({ kind: 'LegRinging', legId: this.#dialled() });
  }

  /** Whom the application calls answers. */
  async answered(): Promise<void> {
    await this.#give({ kind: 'LegAnswered', legId: this.#dialled() });
  }

  /** Whom the application calls does not answer: 486 busy, 480 unavailable, or another SIP response. */
  async refused(sipResponseCode = 486): Promise<void> {
    await this.#give({ kind: 'LegEnded', legId: this.#dialled(), sipResponseCode });
  }

  /** Keys are pressed, one after the other; no time goes by. */
  async press(keys: string, leg: ParticipantTag = 'LEG-A'): Promise<void> {
    for (const digit of keys) await this.#give({ kind: 'DigitPressed', legId: this.#legId(leg), digit });
  }

  /** Whatever plays is played to its end, and whatever follows it, until nothing plays any more. */
  async playedOut(): Promise<void> {
    for (let playing = this.#phones.takePlaying(); playing; playing = this.#phones.takePlaying()) {
      await this.#give({ kind: 'PlaybackFinished', ...playing });
    }
  }

  /** The leg's party hangs up. */
  async hangUp(leg: ParticipantTag = 'LEG-A'): Promise<void> {
    await this.#give({ kind: 'LegEnded', legId: this.#legId(leg), sipResponseCode: 0 });
  }

  /** The leg's party says nothing for so long that a RecordAudio which waits for silence ends. */
  async fallSilent(leg: ParticipantTag = 'LEG-A'): Promise<void> {
    for (const input of this.#phones.fallSilent(this.#legId(leg))) await this.#give(input);
  }

  /** The bot that the leg's party talks with closes the conversation. */
  async botCloses(
    intentResult: Omit<IntentResult, 'SessionId'>,
    leg: ParticipantTag = 'LEG-A',
  ): Promise<void> {
    const legId = this.#legId(leg);
    const conversationId = this.#phones.takeConversation(legId);
    if (conversationId === undefined) throw new Error(`${leg} talks with no bot.`);
    await this.#give({ kind: 'ConversationEnded', legId, conversationId, intentResult });
  }

  /** UpdateSipMediaApplicationCall. */
  async update(Arguments: Record<string, string> = {}): Promise<void> {
    await this.#give({ kind: 'UpdateRequested', arguments: Arguments });
  }

  /** Time goes by: pauses end, keys are given up, calls that nobody answers are ended. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (let at = this.#call?.wakeAt ?? null; at !== null && at <= end; at = this.#call?.wakeAt ?? null) {
      this.#now = Math.max(this.#now, at);
      await this.#give({ kind: 'TimeReached' });
    }
    this.#now = end;
  }

  /** One step, and everything that follows from it at once. */
  async #give(first: CallInput): Promise<void> {
    const waiting: CallInput[] = [first];
    for (let input = waiting.shift(); input; input = waiting.shift()) {
      const { call, outputs } = step(this.#call, input, this.#now);
      this.#call = call;
      for (const leg of call.legs) this.#legs.set(leg.participantTag, leg.legId);
      for (const output of outputs) waiting.push(...(await this.#carryOut(output)));
      if (input.kind === 'LegEnded') waiting.push(...this.#phones.legEnded(input.legId));
    }
  }

  async #carryOut(output: CallOutput): Promise<CallInput[]> {
    if (output.kind === 'LogMessage') this.log.push(output.text);
    if (output.kind === 'InvokeFunction') return [await this.#ask(output.event)];
    return this.#phones.carryOut(output);
  }

  async #ask(event: InvocationEvent): Promise<CallInput> {
    const sequence = event.Sequence;
    this.events.push(event);
    try {
      // What passes between the two is JSON: whoever changes an event changes a copy.
      const response = await this.#handler(JSON.parse(JSON.stringify(event)) as InvocationEvent);
      this.responses.push(response);
      const payload = JSON.stringify(response) ?? 'null';
      this.problems.push(...validateResponse(payload));
      return { kind: 'FunctionResponded', sequence, payload };
    } catch (error) {
      this.responses.push(undefined);
      const message = error instanceof Error ? error.message : String(error);
      this.log.push(`The handler threw: ${message}`);
      return { kind: 'FunctionFailed', sequence, reason: 'error', message };
    }
  }

  #identity() {
    const { awsAccountId = '123456789012' } = this.#options;
    return { transactionId: 'transaction', legId: 'leg-a', awsAccountId };
  }

  #target() {
    const { awsRegion = 'us-east-1' } = this.#options;
    return { sipMediaApplicationId: 'application', awsRegion, functionArn: 'function' };
  }

  /** The leg that has this tag, or had it last. */
  #legId(tag: ParticipantTag): string {
    const legId = this.#legs.get(tag);
    if (legId === undefined)
      throw new Error(`There has been no ${tag} yet; a call begins with arrive or place.`);
    return legId;
  }

  #dialled(): string {
    const bridged = this.#call?.dialling.find(({ givenUp }) => !givenUp)?.legId;
    if (bridged) return bridged;
    const leg = this.#call?.legs.findLast(
      ({ direction, status }) => direction === 'Outbound' && status === 'unanswered',
    );
    if (!leg) throw new Error('The application is calling nobody.');
    return leg.legId;
  }
}
