import { readParameters } from '../actions/index.ts';
import { INVALID_LEG, SYSTEM_ERROR } from '../failures.ts';
import {
  type ActionFailure,
  type ActionInput,
  type AnyAction,
  type Doing,
  echo,
  type Progress,
} from './actions/action.ts';
import { failureOf, knownParameters, noSuchLegText, passedOverTexts } from './actions/explain.ts';
import { knownAction } from './actions/index.ts';
import {
  type ActionData,
  type Leg,
  legById,
  liveLegs,
  type QueuedAction,
  type RunningAction,
} from './call.ts';
import { giveUpDialled } from './dialled.ts';
import { armListener } from './digit-listeners.ts';
import { actionFailedEvent } from './events/action-failed.ts';
import { actionInterruptedEvent } from './events/action-interrupted.ts';
import { actionSuccessfulEvent } from './events/action-successful.ts';
import type { LegEnded } from './inputs.ts';
import { reportEnd } from './leg-end.ts';
import { namesLegThatLeft, selectLeg } from './leg-selection.ts';
import { emit, happened, log, nextId, type Turn } from './turn.ts';

/**
 * The queue of actions: at most one runs, in list order, and a new list replaces what has not started
 * (pstn-audio 5.1 to 5.5; R1 to R6 are the rules of 5.4).
 */

/** Replaces the waiting actions with a new list, which is not held by any event. */
export function replaceQueue(turn: Turn, actions: readonly QueuedAction[]): void {
  turn.call.queue = actions;
  turn.call.queueHeldBy = null;
  if (turn.call.running) turn.call.running = { ...turn.call.running, superseded: true };
}

/** Starts waiting actions while none runs and no awaited answer decides about the queue (R5). */
export function startWaiting(turn: Turn): void {
  const { call } = turn;
  while (call.running === null && call.queueHeldBy === null) {
    const [action, ...waiting] = call.queue;
    if (!action) return;
    call.queue = waiting;
    begin(turn, action);
  }
}

function begin(turn: Turn, action: QueuedAction): void {
  const definition = knownAction(action.type);
  const leg = selectLeg(turn.call, action, definition.defaultLeg);
  const known = knownParameters(definition.schema, action.parameters);
  if (!leg) {
    // A Hangup for a leg that has ended is skipped (pstn-audio 4.2).
    if (action.type === 'Hangup') return;
    const { CallId, ParticipantTag } = action.parameters;
    const parameters = { ...known, CallId, ParticipantTag };
    // A leg that ended while the function was answering is nobody's mistake and is not logged.
    const logTexts = namesLegThatLeft(turn.call, action) ? [] : [noSuchLegText(turn.call, action)];
    const failure = { ...INVALID_LEG, logTexts };
    fail(turn, definition, failure, { about: turn.call.legs[0]?.legId ?? '', parameters });
    return;
  }
  const { legId, participantTag } = leg;
  const { parameters, problems, passedOver } = readParameters(definition.schema, action.parameters);
  for (const text of passedOverTexts(definition.schema, action.index, passedOver)) log(turn, 'warn', text);
  const failure = parameters
    ? definition.refuses?.(parameters, { call: turn.call, leg })
    : failureOf(definition.schema, action.index, problems);
  if (failure || !parameters) {
    const written = { ...known, CallId: legId, ParticipantTag: participantTag };
    fail(turn, definition, failure ?? SYSTEM_ERROR, { about: legId, parameters: written });
    return;
  }
  turn.call.running = {
    type: action.type,
    parameters,
    legId,
    begun: false,
    superseded: false,
    state: null,
    deadline: null,
  };
  if (definition.answers && leg.status === 'unanswered') {
    if (!leg.answering) emit(turn, { kind: 'AnswerLeg', legId });
  } else beginRunning(turn);
}

/** Begins the running action, whose leg is now in the state that it needs. */
export function beginRunning(turn: Turn): void {
  const running = turn.call.running;
  const leg = running && legById(turn.call, running.legId);
  if (!running || !leg || running.begun) return;
  turn.call.running = { ...running, begun: true };
  const doing = doingOf(turn, turn.call.running, leg);
  proceed(turn, knownAction(running.type), knownAction(running.type).start({ ...doing, state: undefined }));
}

/** Inputs that tell LEG-A's action about another leg, which it asked for. */
const ABOUT_LEG_B: ReadonlySet<ActionInput['kind']> = new Set([
  'MeetingJoined',
  'LegRinging',
  'EarlyMedia',
  'LegAnswered',
  'LegEnded',
]);

/** Gives an input to the action in progress. Returns false if the action did not take it. */
export function offerToRunning(turn: Turn, input: ActionInput): boolean {
  const running = turn.call.running;
  if (!running?.begun) return false;
  if (input.kind === 'TimeReached' && (running.deadline === null || running.deadline > turn.now))
    return false;
  const ofAnotherLeg = 'legId' in input && !ABOUT_LEG_B.has(input.kind) && input.legId !== running.legId;
  if (ofAnotherLeg) return false;
  if ('joinedFrom' in input && input.joinedFrom !== running.legId) return false;
  const leg = legById(turn.call, running.legId);
  const definition = knownAction(running.type);
  const handler = definition.on[input.kind] as
    | ((doing: Doing<Record<string, unknown>, unknown>, input: ActionInput) => Progress<unknown> | undefined)
    | undefined;
  const progress = leg && handler?.(doingOf(turn, running, leg), input);
  if (!progress) return false;
  proceed(turn, definition, progress);
  return true;
}

function doingOf(turn: Turn, running: RunningAction, leg: Leg): Doing<Record<string, unknown>, unknown> {
  return {
    parameters: running.parameters,
    state: running.state,
    leg,
    call: turn.call,
    now: turn.now,
    newName: (prefix) => `${prefix}-${nextId(turn)}`,
  };
}

function proceed(turn: Turn, definition: AnyAction, progress: Progress<unknown>): void {
  const running = turn.call.running;
  const leg = running && legById(turn.call, running.legId);
  if (!running || !leg) return;
  if (progress.outputs) emit(turn, ...progress.outputs);
  if (progress.next === 'waits') {
    turn.call.running = { ...running, state: progress.state, deadline: progress.deadline ?? null };
    return;
  }
  if (progress.next === 'fails') {
    fail(turn, definition, progress.failure, {
      about: leg.legId,
      parameters: echo(running, leg),
    });
    reportLegsEnd(turn, running);
    return;
  }
  if (progress.listener) armListener(turn, leg, echo(running, leg), progress.listener);
  const { type: Type, superseded } = running;
  succeed(turn, definition, leg, superseded, { Type, Parameters: echo(running, leg), ...progress.result });
  reportLegsEnd(turn, running);
}

/** Whether the running action reports its own end when its leg ends; the leg's end is then reported after it. */
export function endsByItself(turn: Turn, input: LegEnded): boolean {
  const { running } = turn.call;
  if (!running?.begun || knownAction(running.type).whenLegEnds !== 'itself') return false;
  turn.call.running = { ...running, legEndedWith: input.sipResponseCode, deadline: null };
  offerToRunning(turn, input);
  return true;
}

/** Reports the end of a leg that ended before its action did; waiting actions wait for the answer to that HANGUP. */
function reportLegsEnd(turn: Turn, { legId, legEndedWith }: RunningAction): void {
  const leg = legById(turn.call, legId);
  if (!leg || legEndedWith === undefined) return;
  const id = reportEnd(turn, leg, legEndedWith);
  if (turn.call.queue.length > 0) turn.call.queueHeldBy = id;
  abandonQueue(turn);
}

/** Rules R1, R2, R3 and R5: whether the success is reported, and whether the rest of the list waits for the answer. */
function succeed(
  turn: Turn,
  definition: AnyAction,
  leg: Leg,
  superseded: boolean,
  actionData: ActionData,
): void {
  turn.call.running = null;
  const waiting = turn.call.queue.length > 0;
  if (definition.reports === 'last' && waiting) return;
  const id = happened(turn, actionSuccessfulEvent(leg.legId, actionData));
  if (waiting && !superseded) turn.call.queueHeldBy = id;
}

/** Rule R4: drops the waiting actions, then reports the failure. */
function fail(
  turn: Turn,
  definition: AnyAction,
  failure: ActionFailure,
  failed: { about: string; parameters: Record<string, unknown> },
): void {
  turn.call.running = null;
  giveUpDialled(turn);
  replaceQueue(turn, []);
  for (const text of failure.logTexts ?? []) log(turn, 'error', text);
  const { errorType, errorMessage } = failure;
  const actionData: ActionData = {
    Type: definition.schema.type,
    Parameters: withoutAbsent(failed.parameters),
    ErrorType: errorType,
    ErrorMessage: errorMessage,
    ...definition.failureKeys?.(failure),
  };
  happened(turn, actionFailedEvent(failed.about, actionData));
}

function withoutAbsent(parameters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
}

/**
 * Cuts the action in progress short if it allows that (pstn-audio 5.5). The new list does not wait for
 * ACTION_INTERRUPTED.
 */
export function interruptRunning(turn: Turn): void {
  const running = turn.call.running;
  const leg = running && legById(turn.call, running.legId);
  if (!running || !leg || leg.status === 'ended' || !knownAction(running.type).interruptible) return;
  stopRunning(turn);
  happened(turn, actionInterruptedEvent(leg.legId, { Type: running.type, Parameters: echo(running, leg) }));
}

/** Ends the action in progress without reporting that to the function. */
export function stopRunning(turn: Turn): void {
  const running = turn.call.running;
  const leg = running && legById(turn.call, running.legId);
  turn.call.running = null;
  giveUpDialled(turn);
  if (!running?.begun || !leg) return;
  reportLegsEnd(turn, running);
  if (leg.status === 'ended') return;
  emit(turn, ...(knownAction(running.type).stop?.(doingOf(turn, running, leg)) ?? []));
}

/** Ends the action in progress because its leg has ended (pstn-audio 5.11). */
export function abortRunning(turn: Turn, leg: Leg): void {
  const running = turn.call.running;
  if (!running) return;
  turn.call.running = null;
  giveUpDialled(turn);
  const definition = knownAction(running.type);
  if (!running.begun || definition.whenLegEnds === 'nothing') return;
  const Parameters = echo(running, leg);
  if (definition.whenLegEnds === 'success') {
    happened(turn, actionSuccessfulEvent(leg.legId, { Type: running.type, Parameters }));
  } else fail(turn, definition, LEG_ENDED, { about: leg.legId, parameters: Parameters });
}

/**
 * The failure of a digit collection when the caller hangs up. It is not InvalidDigitsReceived: nobody entered
 * wrong digits, and handlers count those.
 */
const LEG_ENDED = SYSTEM_ERROR;

/** Drops the waiting actions once no leg is left. */
export function abandonQueue(turn: Turn): void {
  if (liveLegs(turn.call).length > 0) return;
  if (turn.call.running?.legEndedWith === undefined) turn.call.running = null;
  replaceQueue(turn, []);
}
