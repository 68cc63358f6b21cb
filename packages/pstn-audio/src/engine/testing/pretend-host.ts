import type { Call } from '../call.ts';
import type { CallInput, CallTarget } from '../inputs.ts';
import type { CallOutput } from '../outputs.ts';
import { step } from '../transitions.ts';
import { deepFreeze, expectEvent, START_MS, type TestAction } from './driver.ts';

const target = (index: number): CallTarget => ({
  sipMediaApplicationId: `sma-${index}`,
  awsRegion: 'r',
  functionArn: `f-${index}`,
});

/** Makes a report that the pretend host could give next. */
type Move = () => CallInput;

/**
 * A host that keeps every promise of `outputs.ts`, in an order that numbers decide: each invocation, play
 * request, join and hang-up is answered once. It also checks the invariants of every call.
 */
export class PretendHost {
  call: Call;
  readonly outputs: CallOutput[] = [];
  readonly #answers: readonly TestAction[][];
  #now = START_MS;
  #legs = new Map<string, { answered: boolean; asked: number | null }>();
  #answering = false;
  #dialled = false;
  #playing = new Map<string, string>();
  #joining = false;
  #requests: string[] = [];
  #invocations: number[] = [];
  /** Conversations with bots: the leg by the conversation's id. */
  #talking = new Map<string, string>();
  /** Recordings by id: requested, in progress, or to be stored. */
  #recordings = new Map<string, { legId: string; state: 'asked' | 'on' | 'over' }>();
  #meetingLegs = 0;
  /** DialLeg requests that have no leg yet, and how many legs there have been. */
  #toDial = 0;
  #dialledLegs = 0;
  /** The time of the current alarm. */
  alarm: number | null = null;
  /** Meeting legs that were released without ever having been participants. */
  readonly strays = new Set<string>();

  /** `beginning`: the number of targets of an inbound call's rule, or `outbound`: the application calls. */
  constructor(answers: readonly TestAction[][], beginning: number | 'outbound') {
    this.#answers = answers;
    this.#legs.set('leg-a', { answered: false, asked: null });
    const who = { transactionId: 't', legId: 'leg-a', from: '+1', to: '+2', awsAccountId: '000000000000' };
    const begun = step(
      undefined,
      beginning === 'outbound'
        ? { kind: 'OutboundCallRequested', ...who, target: target(0) }
        : {
            kind: 'LegArrived',
            ...who,
            sipRuleId: 'rule',
            targets: Array.from({ length: beginning }, (_, index) => target(index)),
          },
      this.#now,
    );
    this.call = begun.call;
    this.#carryOut(begun.outputs);
  }

  get ended(): boolean {
    return this.outputs.at(-1)?.kind === 'CallEnded';
  }

  /** Gives one report, chosen by the number. A copy of the call that went through JSON must give the same result. */
  move(choice: number): void {
    const moves = this.#moves(choice >> 4);
    const input = moves[choice % moves.length]?.();
    if (input) this.#give(input);
  }

  /** Ends every leg and answers everything that is outstanding. */
  finish(): void {
    for (let count = 0; !this.ended && count < 500; count += 1) {
      const leg = [...this.#legs.keys()][0];
      const input = leg === undefined ? this.#owed(count)[0]?.() : this.#endLeg(leg);
      if (!input) return;
      this.#give(input);
    }
  }

  #give(input: CallInput): void {
    const copy = JSON.parse(JSON.stringify(this.call)) as Call;
    const { call, outputs } = step(deepFreeze(this.call), input, this.#now);
    const again = step(copy, input, this.#now);
    if (JSON.stringify(again) !== JSON.stringify({ call, outputs })) {
      throw new Error(`The call did not survive JSON before ${input.kind}.`);
    }
    this.call = call;
    this.#carryOut(outputs);
  }

  #carryOut(outputs: readonly CallOutput[]): void {
    if (this.ended && outputs.length > 0) throw new Error('Something came out after CallEnded.');
    for (const output of outputs) {
      this.outputs.push(output);
      if (output.kind === 'InvokeFunction') {
        expectEvent(output.event);
        this.#invocations.push(output.sequence);
      } else if (output.kind === 'AnswerLeg') this.#answering = true;
      else if (output.kind === 'PlaceCall') this.#dialled = this.#answering = true;
      else if (output.kind === 'WakeAt') this.alarm = output.at;
      else if (output.kind === 'PlayAudio' || output.kind === 'SpeakText' || output.kind === 'SendKeys') {
        this.#playing.set(output.playId, output.legId);
      } else if (output.kind === 'StopPlayback') this.#playing.delete(output.playId);
      else if (output.kind === 'StartConversation') {
        this.#talking.set(output.conversationId, output.legId);
      } else if (output.kind === 'StopConversation') this.#talking.delete(output.conversationId);
      else if (output.kind === 'StartRecording') {
        this.#recordings.set(output.recordingId, { legId: output.legId, state: 'asked' });
      } else if (output.kind === 'StopRecording') this.#stopRecording(output.recordingId);
      else if (output.kind === 'DialLeg') this.#toDial += 1;
      else if (output.kind === 'JoinMeeting') this.#joining = true;
      else if (output.kind === 'SetAttendeesMuted') this.#requests.push(output.requestId);
      else if (output.kind === 'HangUpLeg' || output.kind === 'LeaveMeeting') this.#askedToEnd(output);
    }
    this.#check();
  }

  #askedToEnd(output: Extract<CallOutput, { kind: 'HangUpLeg' | 'LeaveMeeting' }>): void {
    const leg = this.#legs.get(output.legId);
    if (!leg) throw new Error(`${output.kind} for ${output.legId}, which is no leg.`);
    if (leg.asked !== null) throw new Error(`${output.kind} twice for ${output.legId}.`);
    leg.asked = output.kind === 'HangUpLeg' ? output.sipResponseCode : 0;
    if (!this.call.legs.some(({ legId }) => legId === output.legId)) this.strays.add(output.legId);
  }

  #stopRecording(recordingId: string): void {
    const recording = this.#recordings.get(recordingId);
    if (!recording || recording.state === 'over') throw new Error(`${recordingId} is not going on.`);
    this.#recordings.set(recordingId, { ...recording, state: 'over' });
  }

  #check(): void {
    if (this.#invocations.length > 1) throw new Error('Two invocations at once.');
    const blocking = this.#playing.size + Number(this.#joining) + this.#requests.length;
    if (blocking > 1) throw new Error('Two blocking actions at once.');
  }

  /** The reports that the host owes the engine. */
  #owed(choice: number): Move[] {
    const moves: Move[] = [];
    if (this.#invocations.length > 0) moves.push(() => this.#answer(choice));
    if (this.#toDial > 0) moves.push(() => this.#dial(choice));
    if (this.#joining) moves.push(() => this.#join(choice));
    for (const [playId, legId] of this.#playing) moves.push(() => this.#played(playId, legId, choice));
    for (const [conversationId, legId] of this.#talking) {
      moves.push(() => this.#closed(conversationId, legId, choice));
    }
    for (const recordingId of this.#recordings.keys()) {
      if (this.#recordings.get(recordingId)?.state !== 'on')
        moves.push(() => this.#recorded(recordingId, choice));
    }
    for (const requestId of this.#requests) moves.push(() => this.#modified(requestId, choice));
    if (this.#answering && this.#legs.has('leg-a')) moves.push(() => this.#answered());
    for (const [legId, leg] of this.#legs) if (leg.asked !== null) moves.push(() => this.#endLeg(legId));
    return moves;
  }

  #moves(choice: number): Move[] {
    const moves = this.#owed(choice);
    moves.push(
      () => this.#pass(choice),
      () => this.#pass(choice),
    );
    moves.push(() => ({ kind: 'UpdateRequested', arguments: { n: String(choice) } }));
    for (const [recordingId, { legId, state }] of this.#recordings) {
      if (state === 'on') moves.push(() => ({ kind: 'SilenceHeard', legId, recordingId }));
    }
    if (this.#dialled) moves.push(() => ({ kind: 'LegRinging', legId: 'leg-a' }));
    for (const [legId, leg] of this.#legs) {
      if (legId.startsWith('dialled') && !leg.answered && leg.asked === null) {
        moves.push(() => this.#dialledAnswers(legId, choice));
      }
      if (choice % 60 === 0) moves.push(() => this.#endLeg(legId));
      const digit = '0123456789*#'[choice % 12] ?? '0';
      if (leg.answered) moves.push(() => ({ kind: 'DigitPressed', legId, digit }));
    }
    return moves;
  }

  #answer(choice: number): CallInput {
    const sequence = this.#invocations.pop() ?? 0;
    const kind = choice % 64;
    if (kind > 60) return { kind: 'FunctionFailed', sequence, reason: 'error', message: '' };
    if (kind === 60) {
      return { kind: 'FunctionFailed', sequence, reason: 'timeout', message: '' };
    }
    const Actions = this.#answers[choice % Math.max(1, this.#answers.length)] ?? [];
    const tooMany = kind === 59 ? { TransactionAttributes: { a: 'x'.repeat(30_000) } } : {};
    return {
      kind: 'FunctionResponded',
      sequence,
      payload: JSON.stringify({ SchemaVersion: '1.0', Actions, ...tooMany }),
    };
  }

  #dial(choice: number): CallInput {
    this.#toDial -= 1;
    if (choice % 5 === 0) {
      return { kind: 'DialFailed', dialledFrom: 'leg-a', errorType: 'InvalidActionParameter', message: 'm' };
    }
    this.#dialledLegs += 1;
    const legId = `dialled-leg-${this.#dialledLegs}`;
    this.#legs.set(legId, { answered: false, asked: null });
    return { kind: 'LegDialled', legId, dialledFrom: 'leg-a' };
  }

  #dialledAnswers(legId: string, choice: number): CallInput {
    if (choice % 3 === 0) return this.#endLeg(legId);
    if (choice % 3 === 1) return { kind: choice % 2 ? 'EarlyMedia' : 'LegRinging', legId };
    this.#legs.set(legId, { answered: true, asked: null });
    return { kind: 'LegAnswered', legId };
  }

  #join(choice: number): CallInput {
    this.#joining = false;
    if (choice % 4 === 0 || !this.#legs.has('leg-a')) {
      if (choice % 2 === 0) {
        return { kind: 'MeetingJoinFailed', joinedFrom: 'leg-a', errorType: 'SystemException', message: 'm' };
      }
    }
    this.#meetingLegs += 1;
    const legId = `meeting-leg-${this.#meetingLegs}`;
    this.#legs.set(legId, { answered: true, asked: null });
    return { kind: 'MeetingJoined', legId, joinedFrom: 'leg-a', meetingId: 'meeting', attendeeId: 'a' };
  }

  #played(playId: string, legId: string, choice: number): CallInput {
    this.#playing.delete(playId);
    return choice % 6 === 0
      ? { kind: 'PlaybackFailed', legId, playId, errorType: 'InvalidAudioSource', message: 'm' }
      : { kind: 'PlaybackFinished', legId, playId };
  }

  #closed(conversationId: string, legId: string, choice: number): CallInput {
    this.#talking.delete(conversationId);
    const about = { legId, conversationId };
    if (choice % 3 === 0) {
      return { kind: 'ConversationFailed', ...about, errorType: 'ResourceNotFound', message: 'm' };
    }
    const SessionState = { SessionAttributes: {}, Intent: { Name: 'I', Slots: {} } };
    return { kind: 'ConversationEnded', ...about, intentResult: { SessionState, Interpretations: [] } };
  }

  #recorded(recordingId: string, choice: number): CallInput {
    const recording = this.#recordings.get(recordingId);
    const { legId, state } = recording ?? { legId: '', state: 'over' };
    const failed = choice % 5 === 0;
    if (state === 'over' || failed) this.#recordings.delete(recordingId);
    else this.#recordings.set(recordingId, { legId, state: 'on' });
    if (failed) {
      return { kind: 'RecordingFailed', legId, recordingId, errorType: 'SystemException', message: 'm' };
    }
    return { kind: state === 'over' ? 'RecordingStored' : 'RecordingStarted', legId, recordingId };
  }

  #modified(requestId: string, choice: number): CallInput {
    this.#requests = this.#requests.filter((other) => other !== requestId);
    const failure = { errorType: 'SystemException', message: 'm' } as const;
    return { kind: 'AttendeesModified', requestId, ...(choice % 3 === 0 ? { failure } : {}) };
  }

  #answered(): CallInput {
    this.#answering = false;
    this.#legs.set('leg-a', { answered: true, asked: this.#legs.get('leg-a')?.asked ?? null });
    return { kind: 'LegAnswered', legId: 'leg-a' };
  }

  #endLeg(legId: string): CallInput {
    this.#legs.delete(legId);
    for (const [playId, playsTo] of this.#playing) if (playsTo === legId) this.#playing.delete(playId);
    for (const [recordingId, recording] of this.#recordings) {
      if (recording.legId === legId) this.#recordings.set(recordingId, { legId, state: 'over' });
    }
    for (const [conversationId, of] of this.#talking) {
      if (of === legId) this.#talking.delete(conversationId);
    }
    // Nobody is told any more whether a mute that was under way when its leg ended was carried out.
    if (legId !== 'leg-a') this.#requests = [];
    return { kind: 'LegEnded', legId, sipResponseCode: 0 };
  }

  /** Moves the time to the alarm, or part of the way. */
  #pass(choice: number): CallInput {
    const at = this.alarm ?? this.#now + 1000;
    // Most functions must answer before the next alarm; otherwise few calls would ever be answered.
    const short = this.#invocations.length > 0 && choice % 50 !== 0;
    this.#now = short ? Math.min(at, this.#now + (choice % 300)) : Math.max(this.#now, at);
    if (this.#now >= at) this.alarm = null;
    return { kind: 'TimeReached' };
  }
}
