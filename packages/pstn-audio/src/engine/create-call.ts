import type { Call, Leg, PendingEvent } from './call.ts';
import { newInboundCallEvent } from './events/new-inbound-call.ts';
import { newOutboundCallEvent } from './events/new-outbound-call.ts';
import type { CallInput, CallTarget, LegArrived, OutboundCallRequested } from './inputs.ts';

/**
 * Creates a call in one of two ways: somebody calls the application, or the application calls somebody.
 *
 * @throws TypeError if the input does not begin a call (a programming error of the caller)
 */
export function createCall(input: CallInput, nowMs: number): Call {
  if (input.kind === 'LegArrived') return inboundCall(input, nowMs);
  if (input.kind === 'OutboundCallRequested') return outboundCall(input, nowMs);
  throw new TypeError(
    `A call begins with LegArrived or OutboundCallRequested; the engine was given ${input.kind} without a call.`,
  );
}

function inboundCall(input: LegArrived, nowMs: number): Call {
  const { sipHeaders } = input;
  const bare = unansweredLegA(input, 'Inbound', nowMs);
  const leg = sipHeaders && Object.keys(sipHeaders).length > 0 ? { ...bare, sipHeaders } : bare;
  const [target, ...furtherTargets] = input.targets;
  if (!target) throw new TypeError(`LegArrived names no target for SIP rule ${input.sipRuleId}.`);
  const { sipRuleId } = input;
  // New keys come before the spread: an object that gets keys after a spread has a shape in V8 that no other
  // call has.
  return { sipRuleId, ...callOf(input, leg, target, newInboundCallEvent(leg)), furtherTargets };
}

/** The leg keeps none of the request's SIP headers: they are for the far end, not for the function. */
function outboundCall(input: OutboundCallRequested, nowMs: number): Call {
  const leg = unansweredLegA(input, 'Outbound', nowMs);
  return callOf(input, leg, input.target, newOutboundCallEvent(leg, input.arguments));
}

function callOf(
  { transactionId, awsAccountId }: LegArrived | OutboundCallRequested,
  leg: Leg,
  { awsRegion, sipMediaApplicationId, functionArn }: CallTarget,
  firstEvent: Omit<PendingEvent, 'id'>,
): Call {
  return {
    transactionId,
    awsAccountId,
    awsRegion,
    sipMediaApplicationId,
    functionArn,
    furtherTargets: [],
    state: 'ringing',
    sequence: 0,
    legs: [leg],
    running: null,
    queue: [],
    queueHeldBy: null,
    pendingEvents: [{ id: 0, ...firstEvent }],
    invocation: null,
    attributes: null,
    digitListeners: [],
    joining: false,
    dialling: [],
    wakeAt: null,
    nextId: 1,
  };
}

function unansweredLegA(
  { legId, from, to }: LegArrived | OutboundCallRequested,
  direction: Leg['direction'],
  nowMs: number,
): Leg {
  return {
    legId,
    participantTag: 'LEG-A',
    kind: 'telephone',
    direction,
    from,
    to,
    startTime: nowMs,
    status: 'unanswered',
    answering: false,
  };
}
