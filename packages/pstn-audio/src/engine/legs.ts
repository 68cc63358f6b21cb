import { SYSTEM_ERROR } from '../failures.ts';
import { MEETING_NUMBER } from '../limits.ts';
import { echo } from './actions/action.ts';
import { connectDialled, dialledAnswered, dialledEnded } from './bridging.ts';
import { type Leg, legById, liveLegByTag, liveLegs } from './call.ts';
import { disarmListener } from './digit-listeners.ts';
import { actionSuccessfulEvent } from './events/action-successful.ts';
import { callAnsweredEvent } from './events/call-answered.ts';
import { ringingEvent } from './events/ringing.ts';
import type { LegAnswered, LegEnded, LegRinging, MeetingJoined, MeetingJoinFailed } from './inputs.ts';
import { reportEnd } from './leg-end.ts';
import { abandonQueue, abortRunning, beginRunning, endsByItself, offerToRunning } from './queue.ts';
import { changeLeg, emit, happened, log, type Turn } from './turn.ts';

/** Handles what happens to legs: they are dialled, answered, joined to a meeting, ended. */

/** The SIP status that HANGUP reports for a leg that nobody answered. DG: pstn-invocations. */
const NO_ANSWER = 480;

/** The called party's telephone rings; the function is told once. */
export function legRinging(turn: Turn, { legId }: LegRinging): void {
  const leg = legById(turn.call, legId);
  if (leg?.status !== 'unanswered' || leg.direction === 'Inbound' || leg.ringing) return;
  changeLeg(turn, legId, { ringing: true });
  happened(turn, ringingEvent(leg));
}

/** Gives up a leg that we dial and that nobody answers; HANGUP reports that when the leg ends. */
export function giveUpDialling(turn: Turn, leg: Leg): void {
  log(turn, 'info', 'The called party did not answer.');
  emit(turn, { kind: 'HangUpLeg', legId: leg.legId, sipResponseCode: NO_ANSWER });
}

/**
 * LEG-A is answered: the action that waited for it starts, or CALL_ANSWERED reports that the called party has
 * answered.
 */
export function legAnswered(turn: Turn, { legId }: LegAnswered): void {
  if (dialledAnswered(turn, legId)) return;
  const leg = legById(turn.call, legId);
  if (leg?.status !== 'unanswered') return;
  const dialled = leg.direction === 'Outbound';
  // The answer crossed our request to end the leg: the leg ends and counts as never answered.
  if (dialled && leg.hangUpCode !== undefined) return;
  changeLeg(turn, legId, { status: 'connected', answering: false });
  turn.call.state = 'connected';
  if (dialled) happened(turn, callAnsweredEvent(leg));
  if (turn.call.running?.legId === legId) beginRunning(turn);
  connectDialled(turn);
}

/**
 * The meeting leg is connected. If it is no longer wanted (the caller has hung up), it leaves the meeting
 * without ever having been a participant.
 */
export function meetingJoined(turn: Turn, input: MeetingJoined): void {
  turn.call.joining = false;
  const { running } = turn.call;
  const awaited = running?.type === 'JoinChimeMeeting' && running.begun && running.legId === input.joinedFrom;
  const taken =
    liveLegByTag(turn.call, 'LEG-B') !== undefined || legById(turn.call, input.legId) !== undefined;
  if (!awaited || taken) {
    if (!legById(turn.call, input.legId)) emit(turn, { kind: 'LeaveMeeting', legId: input.legId });
    const { errorType, errorMessage } = SYSTEM_ERROR;
    const { joinedFrom } = input;
    offerToRunning(turn, { kind: 'MeetingJoinFailed', joinedFrom, errorType, message: errorMessage });
    return;
  }
  const leg: Leg = {
    legId: input.legId,
    participantTag: 'LEG-B',
    kind: 'meeting',
    direction: 'Outbound',
    from: 'SMA',
    to: MEETING_NUMBER,
    startTime: turn.now,
    status: 'connected',
    answering: false,
    meetingId: input.meetingId,
    attendeeId: input.attendeeId,
  };
  turn.call.legs = [...turn.call.legs, leg];
  offerToRunning(turn, input);
}

export function meetingJoinFailed(turn: Turn, input: MeetingJoinFailed): void {
  turn.call.joining = false;
  offerToRunning(turn, input);
}

/** A leg has ended: ends its action, removes its listener and adds the one event that reports the end. */
export function legEnded(turn: Turn, input: LegEnded): void {
  if (dialledEnded(turn, input)) return;
  const { legId, sipResponseCode } = input;
  const leg = legById(turn.call, legId);
  if (!leg || leg.status === 'ended') return;
  changeLeg(turn, legId, { status: 'ended', answering: false });
  disarmListener(turn, legId);
  const ended = legById(turn.call, legId) ?? leg;
  const { running } = turn.call;
  if (running?.legId !== legId) reportEnd(turn, ended, sipResponseCode);
  else if (running.type === 'Hangup') hungUp(turn, ended, sipResponseCode);
  else if (endsByItself(turn, input)) return;
  else {
    abortRunning(turn, ended);
    const id = reportEnd(turn, ended, sipResponseCode);
    // The actions behind the aborted one wait for the function's answer to the HANGUP.
    if (turn.call.queue.length > 0) turn.call.queueHeldBy = id;
  }
  abandonQueue(turn);
}

/**
 * A Hangup action has ended its leg. For the last leg, only HANGUP is sent; for a meeting leg, only
 * ACTION_SUCCESSFUL. Otherwise HANGUP is sent, and ACTION_SUCCESSFUL if its answer brings no actions
 * (pstn-audio 4.2, C-34). The queue waits for the answer.
 */
function hungUp(turn: Turn, leg: Leg, sipResponseCode: number): void {
  const { running } = turn.call;
  turn.call.running = null;
  if (liveLegs(turn.call).length === 0 || !running) {
    reportEnd(turn, leg, sipResponseCode);
    return;
  }
  const done = { Type: 'Hangup', Parameters: echo(running, leg) };
  turn.call.queueHeldBy =
    leg.kind === 'meeting'
      ? happened(turn, { ...actionSuccessfulEvent(leg.legId, done), reportsEndOf: leg.legId })
      : reportEnd(turn, leg, sipResponseCode, done);
}
