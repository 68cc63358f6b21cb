/** Turns one event into one response. */
import type { FunctionResponse, InvocationEvent } from 'pstn-audio';
import { hangUp } from './actions.ts';
import { type CallState, readState, writeState } from './call-state.ts';
import { connectedCaller } from './event.ts';
import { expectReports, type Issued } from './expected-reports.ts';
import type { Ports } from './ports.ts';
import { PROMPT } from './prompts.ts';
import { isActionReport, onActionReport, reportTaken } from './steps/action-report.ts';
import { onCallAnswered } from './steps/call-answered.ts';
import { onDigits } from './steps/digits.ts';
import { onHangup } from './steps/hangup.ts';
import { onNewInboundCall } from './steps/new-inbound-call.ts';
import { recordOutcome, settle, unwritten } from './steps/settle.ts';
import type { Step, StepInput } from './steps/step.ts';
import { onUpdateRequested } from './steps/update-requested.ts';

const STEPS: Partial<Record<string, Step>> = {
  NEW_INBOUND_CALL: onNewInboundCall,
  CALL_ANSWERED: onCallAnswered,
  ACTION_SUCCESSFUL: onActionReport,
  ACTION_FAILED: onActionReport,
  ACTION_INTERRUPTED: onActionReport,
  DIGITS_RECEIVED: onDigits,
  CALL_UPDATE_REQUESTED: onUpdateRequested,
  HANGUP: onHangup,
  INVALID_LAMBDA_RESPONSE: onInvalidResponse,
};

/**
 * Answers an event. Never rejects: a caller for whom nothing more can be done is told so, and a caller who is
 * in a meeting stays there. Unknown events are answered without actions.
 */
export async function answer(event: InvocationEvent, ports: Ports): Promise<FunctionResponse> {
  const before = readState(event.CallDetails.TransactionAttributes);
  const input: StepInput = { event, state: before, ports, now: ports.now() };
  try {
    const step = STEPS[event.InvocationEventType];
    if (!step) return { SchemaVersion: '1.0', Actions: [] };
    const { state, issued } = await step(input);
    return await respond(input, state, issued);
  } catch (error) {
    ports.warn(`${event.InvocationEventType} could not be handled`, error, event.CallDetails.TransactionId);
    if (before.phase === 'joined') return response(withoutReported(event, before), []);
    if (!connectedCaller(event)) return { SchemaVersion: '1.0', Actions: [] };
    return response({ ...before, phase: 'ending', expected: [] }, goodbye(ports));
  }
}

/** Once an action has reported, its report is no longer expected, whatever came of processing it. */
function withoutReported(event: InvocationEvent, state: CallState): CallState {
  return isActionReport(event) ? { ...state, expected: reportTaken(event, state).expected } : state;
}

/** Notes what the response will bring about, and records the outcome of updates that it replaces. */
async function respond(input: StepInput, state: CallState, issued: Issued[]): Promise<FunctionResponse> {
  const final = state.disconnects.length > 0 && issued.length > 0 ? [{ action: hangUp() }] : issued;
  const answers = input.event.InvocationEventType === 'CALL_UPDATE_REQUESTED' ? 'update' : 'other';
  const { expected, settled } = expectReports(state.expected, final, answers);
  await settle(input, settled);
  return response({ ...state, expected }, final);
}

function response(state: CallState, issued: Issued[]): FunctionResponse {
  return {
    SchemaVersion: '1.0',
    Actions: issued.map(({ action }) => action),
    TransactionAttributes: writeState(state),
  };
}

function goodbye({ actions }: Ports): Issued[] {
  return [actions.play(PROMPT.sorry), hangUp()].map((action) => ({ action }));
}

/** Our last response was rejected as a whole. */
async function onInvalidResponse(input: StepInput): ReturnType<Step> {
  const { event, state, ports } = input;
  const reason = `${event.ErrorType ?? 'InvalidResponse'}: ${event.ErrorMessage ?? 'no message'}`;
  ports.warn('The service refused a response', new Error(reason), event.CallDetails.TransactionId);
  const lost = new Map(state.expected.map(({ updateId, seen }) => [updateId, seen]));
  await Promise.all(
    [...lost].map(async ([id, seen]) => {
      const note = unwritten(input, seen);
      if (id !== undefined) await recordOutcome(input, id, { status: 'failed', reason }, note);
    }),
  );
  const rest: CallState = { ...state, expected: [] };
  if (state.phase === 'joined') return { state: rest, issued: [] };
  return { state: { ...rest, phase: 'ending' }, issued: goodbye(ports) };
}
