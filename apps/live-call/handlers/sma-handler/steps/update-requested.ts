import type { InvocationEvent } from 'pstn-audio';
import { UPDATE_ID } from '../../tables/index.ts';
import type { CallState } from '../call-state.ts';
import { decideUpdate } from '../decide-update.ts';
import { actionReport, connectedCaller } from '../event.ts';
import type { Ports } from '../ports.ts';
import { result, type Step } from './step.ts';

/** Asked only to learn whether the call is still there. */
const VERIFY = 'Verify';

/** An operator wants the call changed. Latency counts here: one write, then the answer. */
export const onUpdateRequested: Step = async ({ event, state, ports, now }) => {
  const args = updateArguments(event);
  if (args.action === VERIFY) return result(state);
  const { updateId, ...rest } = args;
  const known = updateId !== undefined && UPDATE_ID.test(updateId) ? updateId : undefined;
  const everyone = args.everyone === 'true' ? await joinedAttendees(state, ports) : undefined;
  const decision = connectedCaller(event)
    ? decideUpdate(state, known === undefined ? rest : { ...rest, updateId: known }, ports.actions, everyone)
    : { kind: 'refuse' as const, reason: 'The caller has hung up; nothing was changed.' };
  const { TransactionId } = event.CallDetails;
  const seen = {
    updateId: known ?? '',
    transactionId: TransactionId,
    updateInfo: args.action ?? '',
    sequence: event.Sequence,
  };
  if (decision.kind === 'refuse') {
    if (known) await ports.callUpdates.recordRefused(seen, decision.reason, now);
    return result(state);
  }
  // The record must not keep the call waiting for long, nor stop the update when it fails.
  const isNew =
    known === undefined ||
    (await ports.callUpdates.recordSeen(seen, now).catch((error: unknown) => {
      ports.warn('The update was not recorded', error, TransactionId);
      return true;
    }));
  // Given twice, it is done once.
  if (!isNew) return result(state);
  if (args.action !== 'DisconnectAttendee') return { state, issued: decision.issued };
  const disconnects = [...new Set([...state.disconnects, known ?? 'unnamed'])];
  return { state: { ...state, disconnects }, issued: decision.issued };
};

/** Everyone in the meeting who has come by telephone. */
async function joinedAttendees({ meetingId }: CallState, { meetingInfo }: Ports): Promise<string[]> {
  if (!meetingId) return [];
  const rows = await meetingInfo.rows(meetingId);
  return rows.filter(({ status }) => status === 'joined').map(({ attendeeId }) => attendeeId);
}

function updateArguments(event: InvocationEvent): Record<string, string> {
  const given: unknown = actionReport(event).Parameters.Arguments;
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
}
