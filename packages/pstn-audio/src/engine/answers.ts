import type { ResponseProblem } from '../response/problem.ts';
import {
  type Attributes,
  type ReadAction,
  readAttributesOnly,
  readResponse,
} from '../response/read-response.ts';
import { responseText } from './actions/explain.ts';
import { awaitsCallAnswered, type Call, type Invocation, liveLegs, type PendingEvent } from './call.ts';
import { actionSuccessfulEvent } from './events/action-successful.ts';
import { eventKind } from './events/index.ts';
import { invalidLambdaResponseEvent } from './events/invalid-lambda-response.ts';
import type { FunctionResponded } from './inputs.ts';
import { interruptRunning, replaceQueue } from './queue.ts';
import { release } from './release.ts';
import { happenedNext, log, type Turn } from './turn.ts';

/** Applies the function's answer to the call (pstn-audio 2.5, 3, 5.1 to 5.3, 5.5, 5.7). */
export function functionResponded(turn: Turn, { sequence, payload }: FunctionResponded): void {
  const { invocation } = turn.call;
  if (invocation?.event.Sequence !== sequence) return;
  turn.call.invocation = null;
  turn.call.furtherTargets = [];
  const { pending } = invocation;
  if (!runsActions(turn.call, pending)) {
    store(turn, readAttributesOnly(payload));
    return;
  }
  const response = readResponse(payload);
  const { problems } = response;
  if (problems.length > 0) {
    const fatal = problems.find(({ consequence }) => consequence === 'CALL_ENDS');
    for (const problem of problems) log(turn, 'error', responseText(problem));
    if (fatal) release(turn, fatal.errorMessage ?? fatal.message);
    else if (problems[0]) discarded(turn, invocation, problems[0]);
    return;
  }
  store(turn, response.attributes);
  if (response.actions.length > 0) take(turn, pending, response.actions);
  else keep(turn, pending);
}

/** Whether actions in this event's answer are run: its kind and the call's state allow it, and there is a live leg. */
function runsActions(call: Call, pending: PendingEvent): boolean {
  if (call.state === 'releasing' || liveLegs(call).length === 0 || awaitsCallAnswered(call)) return false;
  return eventKind(pending.type).answersActions === 'run';
}

function store(turn: Turn, attributes: Attributes | null | undefined): void {
  if (attributes !== undefined) turn.call.attributes = attributes;
}

/** The function is told that its answer was discarded; a second such answer ends the call. */
function discarded(
  turn: Turn,
  { pending }: Invocation,
  { errorType = 'SystemException', errorMessage = '' }: ResponseProblem,
): void {
  if (pending.type === 'INVALID_LAMBDA_RESPONSE') {
    release(turn, errorMessage);
    return;
  }
  log(turn, 'error', errorMessage);
  const id = happenedNext(turn, invalidLambdaResponseEvent(pending, { errorType, errorMessage }));
  if (turn.call.queueHeldBy === pending.id) turn.call.queueHeldBy = id;
}

/**
 * An answer's actions replace the waiting ones. Those of an update also cut the running action short if it
 * allows that.
 */
function take(turn: Turn, pending: PendingEvent, actions: readonly ReadAction[]): void {
  const { invokedLeg } = eventKind(pending.type);
  const onEventLeg = invokedLeg === 'eventLeg' ? { invokedLeg: pending.about } : {};
  replaceQueue(
    turn,
    actions.map(({ type, parameters, index }) => ({ type, parameters, index, ...onEventLeg })),
  );
  if (pending.type === 'CALL_UPDATE_REQUESTED') interruptRunning(turn);
}

/** Without new actions, the running action and the waiting ones go on. */
function keep(turn: Turn, pending: PendingEvent): void {
  const { call } = turn;
  if (call.queueHeldBy === pending.id) call.queueHeldBy = null;
  if (pending.type === 'NEW_INBOUND_CALL') log(turn, 'warn', 'Actions list is empty.');
  if (pending.thenSuccessful) {
    const id = happenedNext(turn, actionSuccessfulEvent(pending.about, pending.thenSuccessful));
    if (call.queue.length > 0) call.queueHeldBy = id;
  }
  const [left, ...others] = liveLegs(call);
  if (pending.type === 'HANGUP' && left?.kind === 'meeting' && others.length === 0) {
    log(
      turn,
      'warn',
      'LEG-A has ended and the function returned no actions: LEG-B stays in its meeting, where nobody can hear it, until the function hangs it up or its attendee is deleted.',
    );
  }
}
