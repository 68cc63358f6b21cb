import { type UnwrittenSeen, UPDATE_ID, type UpdateOutcome } from '../../tables/index.ts';
import { hangUp } from '../actions.ts';
import type { CallState } from '../call-state.ts';
import { connectedCaller, endedLeg, mayHaveJoined } from '../event.ts';
import { PROMPT } from '../prompts.ts';
import { leaveMeeting } from './leave.ts';
import { recordOutcome, unwritten } from './settle.ts';
import { result, type Step, type StepInput } from './step.ts';

/** A leg has ended: the caller hung up, or the meeting let the call go. */
export const onHangup: Step = async (input) => {
  const { event, state, ports } = input;
  if (endedLeg(event) === 'LEG-B' && connectedCaller(event)) {
    await leaveMeeting(input);
    const ending: CallState = { ...state, phase: 'ending' };
    return result(ending, ports.actions.play(PROMPT.meetingEnded), hangUp());
  }
  const over: CallState = { ...state, phase: 'ending', holdsLine: false, expected: [], disconnects: [] };
  delete over.attendeeId;
  const [left] = await Promise.all([withStateOfRow(input).then(leaveMeeting), tellOperators(input)]);
  const meetingLegStays = event.CallDetails.Participants.some(
    (leg) => leg.ParticipantTag === 'LEG-B' && leg.Status === 'Connected',
  );
  return !left && meetingLegStays ? result(over, hangUp('LEG-B')) : result(over);
};

/**
 * An answer that came too late, or was lost, also lost its attributes: in that case the caller's row says
 * what that invocation created.
 */
async function withStateOfRow(input: StepInput): Promise<StepInput> {
  const { event, state, ports } = input;
  if (state.phase !== 'pin' || !mayHaveJoined(event)) return input;
  const { TransactionId } = event.CallDetails;
  try {
    const row = (await ports.meetingInfo.rows()).find(({ transactionId }) => transactionId === TransactionId);
    if (!row) return input;
    const { meetingId, attendeeId } = row;
    // The row does not say whether the call holds its number's line; releasing another call's line does
    // nothing.
    return { ...input, state: { ...state, meetingId, attendeeId, holdsLine: true } };
  } catch (error) {
    ports.warn('The rows of callers could not be read', error, TransactionId);
    return input;
  }
}

/** No further report will arrive: records the outcome of the updates that are still open. */
async function tellOperators(input: StepInput): Promise<void> {
  const { state } = input;
  const outcomes = new Map<string, UpdateOutcome>();
  const notes = new Map<string, UnwrittenSeen | undefined>();
  for (const { updateId, stopped, seen } of state.expected) {
    if (updateId === undefined) continue;
    notes.set(updateId, unwritten(input, seen));
    outcomes.set(
      updateId,
      stopped
        ? { status: 'interrupted', reason: 'A later update took its place.' }
        : { status: 'failed', reason: 'The call ended.' },
    );
  }
  for (const updateId of state.disconnects) {
    if (UPDATE_ID.test(updateId)) outcomes.set(updateId, { status: 'done' });
  }
  await Promise.all(
    [...outcomes].map(([updateId, outcome]) => recordOutcome(input, updateId, outcome, notes.get(updateId))),
  );
}
