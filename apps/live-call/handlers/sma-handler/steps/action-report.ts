import type { InvocationEvent } from 'pstn-audio';
import type { UpdateOutcome } from '../../tables/index.ts';
import { hangUp } from '../actions.ts';
import type { CallState } from '../call-state.ts';
import { actionReport, connectedCaller } from '../event.ts';
import { type ReportKind, takeReport } from '../expected-reports.ts';
import { PROMPT } from '../prompts.ts';
import { onAttendeesModified } from './attendees-modified.ts';
import { leaveMeeting } from './leave.ts';
import { onDigitsCollected, onDigitsFailed } from './pin-entered.ts';
import { recordOutcome, settle, unwritten } from './settle.ts';
import { result, type Step, type StepInput } from './step.ts';

const KINDS: Partial<Record<InvocationEvent['InvocationEventType'], ReportKind>> = {
  ACTION_SUCCESSFUL: 'succeeded',
  ACTION_FAILED: 'failed',
  ACTION_INTERRUPTED: 'interrupted',
};

/** Whether the event reports the end of an action. */
export const isActionReport = ({ InvocationEventType }: InvocationEvent): boolean =>
  KINDS[InvocationEventType] !== undefined;

/** The reports still expected after the event's report, and the expected report that it matches. */
export function reportTaken(event: InvocationEvent, { expected }: CallState): ReturnType<typeof takeReport> {
  const { Type, Parameters } = actionReport(event);
  return takeReport(expected, kindOf(event), Type, Parameters);
}

const kindOf = ({ InvocationEventType }: InvocationEvent): ReportKind =>
  KINDS[InvocationEventType] ?? 'succeeded';

/** An action has ended: record the outcome if the action was an update's, then continue with the call. */
export const onActionReport: Step = async (input) => {
  const { event, state } = input;
  const kind = kindOf(event);
  const { Type } = actionReport(event);
  const { expected, match, settled } = reportTaken(event, state);
  const next: StepInput = { ...input, state: { ...state, expected } };
  const updateId = match?.updateId;
  const tell = async (): Promise<void> => {
    // Muting everyone in a large meeting takes several actions: the update is done with the last of them.
    const more = kind === 'succeeded' && expected.some((report) => report.updateId === updateId);
    if (updateId !== undefined && !more) {
      const seen = unwritten(input, match?.seen);
      await recordOutcome(input, updateId, outcome(kind, event), seen);
    }
  };
  const told = settle(input, settled);
  const step = goOn(next, kind, Type, updateId !== undefined);
  // Whoever reads that the update is done must find the row changed.
  if (Type === 'ModifyChimeMeetingAttendees') await step;
  await Promise.all([step, told, tell()]);
  return step;
};

function goOn(input: StepInput, kind: ReportKind, type: string, byOperator: boolean): ReturnType<Step> {
  if (kind === 'interrupted') return Promise.resolve(result(input.state));
  if (kind === 'failed') return onFailed(input, type, byOperator);
  if (type === 'PlayAudioAndGetDigits') return onDigitsCollected(input);
  if (type === 'JoinChimeMeeting') return onJoined(input);
  if (type === 'ModifyChimeMeetingAttendees') return onAttendeesModified(input, byOperator);
  return Promise.resolve(result(input.state));
}

/** The caller is in the meeting. The prompt that waits behind the action says so. */
const onJoined: Step = async ({ event, state, ports, now }) => {
  if (state.meetingId)
    await ports.meetingInfo.markJoined(state.meetingId, event.CallDetails.TransactionId, now);
  return result(state.phase === 'joining' ? { ...state, phase: 'joined' } : state);
};

async function onFailed(input: StepInput, type: string, byOperator: boolean): ReturnType<Step> {
  const { event, state, ports } = input;
  if (type === 'PlayAudioAndGetDigits') return onDigitsFailed(input);
  const { TransactionId } = event.CallDetails;
  const { ErrorType, ErrorMessage } = actionReport(event);
  if (!byOperator) ports.warn(`${type} failed`, new Error(`${ErrorType}: ${ErrorMessage}`), TransactionId);
  if (!connectedCaller(event)) return result(state);
  if (state.disconnects.length > 0) return result(state, hangUp());
  if (type === 'JoinChimeMeeting') {
    await leaveMeeting(input);
    return result({ ...state, phase: 'ending' }, ports.actions.play(PROMPT.sorry), hangUp());
  }
  // A prompt that cannot be played must not leave the caller in silence.
  if (state.phase === 'ending') return result(state, hangUp());
  if (state.phase === 'pin') return result(state, ports.actions.askForPin());
  return result(state);
}

function outcome(kind: ReportKind, event: InvocationEvent): UpdateOutcome {
  if (kind === 'succeeded') return { status: 'done' };
  if (kind === 'interrupted') return { status: 'interrupted', reason: 'A later update took its place.' };
  const { ErrorType = 'Error', ErrorMessage = 'no message' } = actionReport(event);
  return { status: 'failed', reason: `${ErrorType}: ${ErrorMessage}` };
}
