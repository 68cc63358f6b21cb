import {
  FUNCTION_ANSWER_MS,
  INVOCATION_RETRIES,
  LONGEST_RETRY_PAUSE_MS,
  MAX_FAILURES_IN_A_ROW,
  MAX_HANGUP_ATTEMPTS,
  MAX_INVOCATIONS_PER_CALL,
  RETRY_PAUSE_MS,
} from '../limits.ts';
import { type Call, type Invocation, liveLegs, type PendingEvent } from './call.ts';
import { createEvent } from './events/event.ts';
import { eventKind } from './events/index.ts';
import { newInboundCallEvent } from './events/new-inbound-call.ts';
import type { FunctionFailed } from './inputs.ts';
import { release } from './release.ts';
import { emit, happenedNext, log, type Turn } from './turn.ts';

/**
 * Sends events to the function: one at a time, numbered when sent, and retried once after an error. Also
 * decides what follows if the function does not answer (pstn-audio 5.6).
 */

/** Sends the next waiting event if no answer is outstanding. */
export function sendNext(turn: Turn): void {
  const { call } = turn;
  if (call.invocation !== null) return;
  const pending = nextPending(call);
  if (!pending) return;
  const waiting = call.pendingEvents.filter((event) => event !== pending);
  if (call.sequence >= MAX_INVOCATIONS_PER_CALL) {
    if (call.state !== 'releasing') {
      release(turn, `The call has reached its limit of ${MAX_INVOCATIONS_PER_CALL} invocations.`);
    }
    forgetPending(turn);
    return;
  }
  if (failsForEver(turn, pending)) return;
  call.pendingEvents = waiting;
  call.sequence += 1;
  const event = createEvent(call, eventKind(pending.type), pending, call.sequence);
  // Updates that the last leg's HANGUP has overtaken are still sent and must list a leg: the ended one.
  const overtaken = waiting.some(({ type }) => type === 'CALL_UPDATE_REQUESTED');
  if (pending.reportsEndOf && !(overtaken && liveLegs(call).length === 0)) {
    call.legs = call.legs.filter((leg) => leg.legId !== pending.reportsEndOf);
  }
  invoke(turn, { pending, event, attempt: 1, since: turn.now });
}

/** Ends the call if its function keeps answering failures with actions that fail. Returns whether it did. */
function failsForEver(turn: Turn, { type, actionData }: PendingEvent): boolean {
  const { call } = turn;
  call.failuresInARow = type === 'ACTION_FAILED' ? (call.failuresInARow ?? 0) + 1 : 0;
  if (call.failuresInARow <= MAX_FAILURES_IN_A_ROW || call.state === 'releasing') return false;
  const {
    Type = 'an action',
    ErrorType,
    ErrorMessage,
  } = (actionData ?? {}) as Record<string, string | undefined>;
  const why = [ErrorType, ErrorMessage].filter(Boolean).join(': ');
  const name = call.functionArn.split(':')[6] ?? call.functionArn;
  release(
    turn,
    `${name} answered ${MAX_FAILURES_IN_A_ROW} failures in a row with actions that failed, the last one ${Type} (${why}): the call is ended. Let its answer to ACTION_FAILED end the call, or play what is there.`,
  );
  return true;
}

/** Hang-ups and keys overtake updates: 200 Mutes must not keep a caller from being heard or released. */
function nextPending({ pendingEvents }: Call): PendingEvent | undefined {
  const [first] = pendingEvents;
  if (first?.type !== 'CALL_UPDATE_REQUESTED') return first;
  return pendingEvents.find(passesUpdates) ?? first;
}

function passesUpdates({ type, actionData }: PendingEvent): boolean {
  return type === 'HANGUP' || type === 'DIGITS_RECEIVED' || /GetDigits$/.test(actionData?.Type ?? '');
}

/** No event can be sent any more: drops the pending events, and the ended legs that they would have reported. */
function forgetPending(turn: Turn): void {
  turn.call.pendingEvents = [];
  turn.call.legs = liveLegs(turn.call);
}

/** `afterMs`: the pause before the invocation. All attempts to send an event share the time limit of one. */
function invoke(turn: Turn, invocation: Invocation, afterMs?: number): void {
  turn.call.invocation = invocation;
  emit(turn, {
    kind: 'InvokeFunction',
    functionArn: turn.call.functionArn,
    sequence: invocation.event.Sequence,
    event: invocation.event,
    ...(afterMs === undefined ? {} : { afterMs }),
    timeoutMs: invocation.since + FUNCTION_ANSWER_MS - Math.max(invocation.since, turn.now + (afterMs ?? 0)),
  });
}

/** The texts that the service writes to its message log. DG: timeouts, unexpected-hangups. */
const LOG_TEXTS: Record<FunctionFailed['reason'], string> = {
  timeout: 'AWS Lambda client operation timed out.',
  accessDenied: 'Access denied while invoking the AWS Lambda function.',
  throttled: 'The AWS Lambda function was throttled.',
  error: 'The AWS Lambda function returned an error.',
  unavailable: 'The AWS Lambda function could not be invoked.',
};

/** The invocation in progress has failed: retries it, tries the next application, or ends the call. */
export function functionFailed(turn: Turn, { sequence, reason }: FunctionFailed): void {
  const { invocation } = turn.call;
  if (invocation?.event.Sequence !== sequence) return;
  turn.call.invocation = null;
  const text = LOG_TEXTS[reason];
  const attempt = invocation.attempt + 1;
  const notRun = reason === 'throttled' || reason === 'unavailable';
  if (invocation.pending.type === 'HANGUP' && notRun && attempt <= MAX_HANGUP_ATTEMPTS) {
    // The function cleans up on HANGUP and nobody waits for its answer, so the event is sent as soon as it
    // can be.
    const pause = Math.min(RETRY_PAUSE_MS * 2 ** (attempt - 2), LONGEST_RETRY_PAUSE_MS);
    log(turn, 'warn', `${text} HANGUP is sent again in ${pause / 1000} s.`);
    invoke(turn, { ...invocation, attempt, since: turn.now + pause }, pause);
    return;
  }
  if (turn.call.state === 'releasing') {
    log(turn, 'warn', text);
    return;
  }
  if (reason !== 'timeout' && attempt <= 1 + INVOCATION_RETRIES) {
    const pause = notRun ? RETRY_PAUSE_MS : 0;
    if (turn.now - invocation.since + pause < FUNCTION_ANSWER_MS) {
      log(turn, 'warn', `${text} Trying once more.`);
      invoke(turn, { ...invocation, attempt }, pause > 0 ? pause : undefined);
      return;
    }
  }
  if (reason !== 'timeout' && goElsewhere(turn, invocation.pending, text)) return;
  release(turn, text);
}

/**
 * The first invocation may go to the rule's next application; later ones stay with the application that took
 * the call.
 */
function goElsewhere(turn: Turn, pending: PendingEvent, text: string): boolean {
  const { call } = turn;
  const [target, ...furtherTargets] = call.furtherTargets;
  const leg = call.legs[0];
  if (pending.type !== 'NEW_INBOUND_CALL' || !target || !leg || leg.status === 'ended') return false;
  log(turn, 'warn', `${text} Trying the next SIP media application of the SIP rule.`);
  call.sipMediaApplicationId = target.sipMediaApplicationId;
  call.awsRegion = target.awsRegion;
  call.functionArn = target.functionArn;
  call.furtherTargets = furtherTargets;
  call.sequence = 0;
  happenedNext(turn, newInboundCallEvent(leg));
  return true;
}
