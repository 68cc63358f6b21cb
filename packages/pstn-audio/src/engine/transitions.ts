import { MAX_DIGITS } from '../limits.ts';
import { functionResponded } from './answers.ts';
import { dialFailed, dialledSounds, legDialled } from './bridging.ts';
import { type Call, type CallState, legById, liveLegByTag, liveLegs } from './call.ts';
import { createCall } from './create-call.ts';
import { earliestDeadline, unansweredDeadline } from './deadlines.ts';
import { hearDigit, listenersTimeReached } from './digit-listeners.ts';
import { callUpdateRequestedEvent } from './events/call-update-requested.ts';
import type {
  CallInput,
  DigitPressed,
  LegAnswered,
  OutboundCallRequested,
  RecordingFailed,
  UpdateRequested,
} from './inputs.ts';
import { functionFailed, sendNext } from './invocations.ts';
import {
  giveUpDialling,
  legAnswered,
  legEnded,
  legRinging,
  meetingJoined,
  meetingJoinFailed,
} from './legs.ts';
import type { CallOutput } from './outputs.ts';
import { offerToRunning, startWaiting } from './queue.ts';
import { release } from './release.ts';
import { changeLeg, emit, happened, log, type Turn } from './turn.ts';

/** The transition table (what an input does in each state, and which states may follow), and the step that applies it. */

type InputKind = CallInput['kind'];
type InputOf<Kind extends InputKind> = Extract<CallInput, { kind: Kind }>;
interface Cell<Kind extends InputKind> {
  does(turn: Turn, input: InputOf<Kind>): void;
  /** States that may follow, besides the current one. */
  readonly next: readonly CallState[];
}
type Row<Kind extends InputKind> = Readonly<Record<CallState, Cell<Kind>>>;

function cell<Kind extends InputKind>(
  does: (turn: Turn, input: InputOf<Kind>) => void,
  ...next: CallState[]
): Cell<Kind> {
  return { does, next };
}

/** A key of a telephone (RFC 4733 section 3.2). */
const KEY = /^[0-9*#A-D]$/;

/** The input comes too late: what it belonged to has ended. It is ignored. */
const late = { does: () => {}, next: [] };
/** The input cannot happen in this state: its sender is mistaken. Nothing changes, and it is logged. */
const never = {
  does: (turn: Turn, input: CallInput) =>
    log(turn, 'warn', `Ignored ${input.kind}: it cannot happen to a call that is ${turn.call.state}.`),
  next: [],
};

const offer = cell<
  | 'PlaybackFinished'
  | 'PlaybackFailed'
  | 'AttendeesModified'
  | 'ConversationEnded'
  | 'ConversationFailed'
  | 'RecordingStarted'
  | 'SilenceHeard'
  | 'RecordingStored'
>(offerToRunning);
/** Inputs that only a call with a connected leg can have, as there is something to play, record or mute. */
const whileConnected = {
  ringing: late,
  connected: { ...offer, next: ['releasing', 'ended'] },
  releasing: late,
  ended: late,
} satisfies Row<'PlaybackFinished'>;

// An input may lead to `ended` if it can leave nothing to be done. In `releasing`, the answer to a join or to
// a
// DialLeg may be the last input.
const TABLE: { readonly [Kind in InputKind]: Row<Kind> } = {
  LegArrived: { ringing: never, connected: never, releasing: late, ended: late },
  OutboundCallRequested: { ringing: never, connected: never, releasing: late, ended: late },
  LegRinging: {
    ringing: cell(legRinging, 'releasing'),
    connected: cell<'LegRinging'>(dialledSounds),
    releasing: late,
    ended: late,
  },
  EarlyMedia: {
    ringing: cell<'EarlyMedia'>(dialledSounds),
    connected: cell<'EarlyMedia'>(dialledSounds),
    releasing: late,
    ended: late,
  },
  LegAnswered: {
    ringing: cell(answeredWithDigits, 'connected', 'releasing', 'ended'),
    connected: cell(answeredWithDigits, 'releasing', 'ended'),
    releasing: late,
    ended: late,
  },
  LegDialled: {
    ringing: cell(legDialled),
    connected: cell(legDialled),
    releasing: cell(legDialled),
    ended: late,
  },
  DialFailed: {
    ringing: cell(dialFailed, 'releasing', 'ended'),
    connected: cell(dialFailed, 'releasing', 'ended'),
    releasing: cell(dialFailed, 'ended'),
    ended: late,
  },
  LegEnded: {
    ringing: cell(legEnded, 'releasing', 'ended'),
    connected: cell(legEnded, 'releasing', 'ended'),
    releasing: cell(legEnded, 'ended'),
    ended: late,
  },
  DigitPressed: {
    ringing: cell(earlyDigitPressed),
    connected: cell(digitPressed, 'releasing', 'ended'),
    releasing: late,
    ended: late,
  },
  PlaybackFinished: whileConnected,
  PlaybackFailed: whileConnected,
  RecordingStarted: { ...whileConnected, ringing: { ...offer, next: ['releasing', 'ended'] } },
  ConversationEnded: whileConnected,
  ConversationFailed: whileConnected,
  SilenceHeard: whileConnected,
  RecordingStored: whileConnected,
  RecordingFailed: {
    ringing: cell(recordingFailed, 'releasing', 'ended'),
    connected: cell(recordingFailed, 'releasing', 'ended'),
    releasing: late,
    ended: late,
  },
  MeetingJoined: {
    ringing: never,
    connected: cell(meetingJoined, 'releasing', 'ended'),
    releasing: cell(meetingJoined, 'ended'),
    ended: late,
  },
  MeetingJoinFailed: {
    ringing: never,
    connected: cell(meetingJoinFailed, 'releasing', 'ended'),
    releasing: cell(meetingJoinFailed, 'ended'),
    ended: late,
  },
  AttendeesModified: whileConnected,
  FunctionResponded: {
    ringing: cell(functionResponded, 'releasing', 'ended'),
    connected: cell(functionResponded, 'releasing', 'ended'),
    releasing: cell(functionResponded, 'ended'),
    ended: late,
  },
  FunctionFailed: {
    ringing: cell(functionFailed, 'releasing', 'ended'),
    connected: cell(functionFailed, 'releasing', 'ended'),
    releasing: cell(functionFailed, 'ended'),
    ended: late,
  },
  UpdateRequested: {
    ringing: cell(updateRequested, 'releasing', 'ended'),
    connected: cell(updateRequested, 'releasing', 'ended'),
    releasing: late,
    ended: late,
  },
  TimeReached: {
    ringing: cell(timeReached, 'releasing', 'ended'),
    connected: cell(timeReached, 'releasing', 'ended'),
    releasing: late,
    ended: late,
  },
};

/** The states of a call, in the order in which it may pass through them. */
export const CALL_STATES: readonly CallState[] = ['ringing', 'connected', 'releasing', 'ended'];
/** Every `kind` of input. */
export const INPUT_KINDS = Object.keys(TABLE) as InputKind[];

/** Whether the table lets this input lead from one state to the other. */
export function mayLead(from: CallState, kind: InputKind, to: CallState): boolean {
  return from === to || TABLE[kind][from].next.includes(to);
}

/**
 * Applies one input to a call. Returns the next call and what is to be done, in order. The given call is not
 * changed. Inputs that cannot happen change nothing and are logged; late inputs are ignored.
 *
 * @param call undefined only for `LegArrived` and `OutboundCallRequested`, which create the call
 * @param nowMs milliseconds since the epoch; never earlier than in the previous step
 * @throws TypeError if there is no call and the input creates none (a programming error of the caller)
 */
export function step(
  call: Call | undefined,
  input: CallInput,
  nowMs: number,
): { call: Call; outputs: CallOutput[] } {
  const turn: Turn = { call: { ...(call ?? createCall(input, nowMs)) }, now: nowMs, outputs: [] };
  if (call) apply(turn, input.kind, input);
  else if (input.kind === 'OutboundCallRequested') dial(turn, input);
  goOn(turn);
  return { call: turn.call, outputs: turn.outputs };
}

function apply<Kind extends InputKind>(turn: Turn, kind: Kind, input: CallInput): void {
  // The row of a kind takes inputs of that kind, but TypeScript cannot see that the two match.
  TABLE[kind][turn.call.state].does(turn, input as InputOf<Kind>);
}

/** After every input: start actions (first, as the caller waits for them), send events, end the call, set the alarm. */
function goOn(turn: Turn): void {
  const { call } = turn;
  if (call.state === 'ended') return;
  if (call.state !== 'releasing') startWaiting(turn);
  sendNext(turn);
  const over =
    liveLegs(call).length === 0 &&
    call.invocation === null &&
    call.pendingEvents.length === 0 &&
    call.running === null &&
    !call.joining &&
    call.dialling.length === 0;
  if (over) call.state = 'ended';
  const wakeAt = earliestDeadline(call);
  if (wakeAt !== call.wakeAt) {
    call.wakeAt = wakeAt;
    emit(turn, { kind: 'WakeAt', at: wakeAt });
  }
  if (over) emit(turn, { kind: 'CallEnded' });
}

/** Tells the function about the call, and dials the called party without waiting for the answer (pstn-audio U-08). */
function dial(turn: Turn, { legId, from, to, sipHeaders }: OutboundCallRequested): void {
  sendNext(turn);
  emit(turn, { kind: 'PlaceCall', legId, from, to, ...(sipHeaders ? { sipHeaders } : {}) });
}

/** If the recording failed before it began, another StartCallRecording may still record the leg. */
function recordingFailed(turn: Turn, input: RecordingFailed): void {
  const leg = legById(turn.call, input.legId);
  const { running } = turn.call;
  if (leg?.recording?.recordingId === input.recordingId && running?.type === 'StartCallRecording') {
    turn.call.legs = turn.call.legs.map(({ recording, ...other }) =>
      other.legId === leg.legId || !recording ? other : { ...other, recording },
    );
  }
  offerToRunning(turn, input);
}

/** Gives a key to the action in progress or, if that does not take it, to the leg's listener. */
function digitPressed(turn: Turn, input: DigitPressed): void {
  const leg = legById(turn.call, input.legId);
  if (leg?.status !== 'connected' || !KEY.test(input.digit)) return;
  if (!offerToRunning(turn, input)) hearDigit(turn, input.legId, input.digit);
}

/** The caller's phone has received the 200, but its ACK is under way or lost: the key is kept for the action. */
function earlyDigitPressed(turn: Turn, input: DigitPressed): void {
  const leg = legById(turn.call, input.legId);
  if (!leg?.answering) {
    never.does(turn, input);
    return;
  }
  const { earlyDigits = '' } = leg;
  if (!KEY.test(input.digit) || earlyDigits.length >= MAX_DIGITS) return;
  changeLeg(turn, leg.legId, { earlyDigits: earlyDigits + input.digit });
}

/** The leg is answered; the keys that came before its ACK are handled now. */
function answeredWithDigits(turn: Turn, input: LegAnswered): void {
  const digits = legById(turn.call, input.legId)?.earlyDigits ?? '';
  if (digits !== '') changeLeg(turn, input.legId, { earlyDigits: '' });
  legAnswered(turn, input);
  for (const digit of digits) digitPressed(turn, { kind: 'DigitPressed', legId: input.legId, digit });
}

function updateRequested(turn: Turn, input: UpdateRequested): void {
  const leg = liveLegByTag(turn.call, 'LEG-A') ?? liveLegs(turn.call)[0];
  if (leg) happened(turn, callUpdateRequestedEvent(leg, input.arguments));
}

/** Handles whatever is due: an unanswered call, the running action, listeners. The host's alarm has gone off. */
function timeReached(turn: Turn): void {
  turn.call.wakeAt = null;
  const unanswered = unansweredDeadline(turn.call);
  if (unanswered !== null && unanswered <= turn.now) {
    const leg = liveLegByTag(turn.call, 'LEG-A');
    if (leg?.direction === 'Outbound') giveUpDialling(turn, leg);
    else release(turn, 'The call was not answered within 30 seconds.');
    return;
  }
  offerToRunning(turn, { kind: 'TimeReached' });
  listenersTimeReached(turn);
}
