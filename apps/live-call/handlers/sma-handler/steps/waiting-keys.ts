import type { CallRow } from '#contract';
import type { CallState } from '../call-state.ts';
import { concernsOthers, keyChanges } from '../decide-keys.ts';
import { type Issued, waitingKeys } from '../expected-reports.ts';
import type { Ports } from '../ports.ts';

/** Everyone in the meeting who takes part by telephone. */
export async function joinedRows({ meetingId }: CallState, { meetingInfo }: Ports): Promise<CallRow[]> {
  if (!meetingId) return [];
  return (await meetingInfo.rows(meetingId)).filter(({ status }) => status === 'joined');
}

/** The other callers in the meeting, if the keys concern them. */
export async function othersOf(keys: readonly string[], state: CallState, ports: Ports): Promise<CallRow[]> {
  if (!concernsOthers(keys)) return [];
  return (await joinedRows(state, ports)).filter(({ attendeeId }) => attendeeId !== state.attendeeId);
}

/** The actions preceded by those of the caller's waiting keys, which they would otherwise replace. */
export async function keysFirst(state: CallState, ports: Ports, issued: Issued[]): Promise<Issued[]> {
  const { meetingId, attendeeId } = state;
  const keys = waitingKeys(state.expected);
  if (keys.length === 0 || issued.length === 0 || !meetingId || !attendeeId) return issued;
  const others = await othersOf(keys, state, ports);
  return [...keyChanges(keys, { meetingId, attendeeId }, others), ...issued];
}
