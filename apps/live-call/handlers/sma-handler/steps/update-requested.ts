import type { InvocationEvent } from 'pstn-audio';
import { UPDATE_ID } from '../../tables/index.ts';
import { decideUpdate } from '../decide-update.ts';
import { actionReport, connectedCaller } from '../event.ts';
import { result, type Step } from './step.ts';

/** Asked only to learn whether the call is still there. */
const VERIFY = 'Verify';

/** An operator wants the call changed. Latency counts here: one write, then the answer. */
export const onUpdateRequested: Step = async ({ event, state, ports, now }) => {
  const args = updateArguments(event);
  if (args.action === VERIFY) return result(state);
  const { updateId, ...rest } = args;
  const known = updateId !== undefined && UPDATE_ID.test(updateId) ? updateId : undefined;
  const decision = connectedCaller(event)
    ? decideUpdate(state, known === undefined ? rest : { ...rest, updateId: known }, ports.actions)
    : { kind: 'refuse' as const, reason: 'The caller has hung up; nothing was changed.' };
  const { TransactionId } = event.CallDetails;
  const seen = { updateId: known ?? '', transactionId: TransactionId, updateInfo: args.action ?? '' };
  if (decision.kind === 'refuse') {
    if (known) await ports.callUpdates.recordRefused(seen, decision.reason, now);
    return result(state);
  }
  // The record must not keep the call waiting for long, nor stop the update when it fails.
  if (known) {
    await ports.callUpdates
      .recordSeen(seen, now)
      .catch((error: unknown) => ports.warn('The update was not recorded', error, TransactionId));
  }
  if (args.action !== 'DisconnectAttendee') return { state, issued: decision.issued };
  const disconnects = [...new Set([...state.disconnects, known ?? 'unnamed'])];
  return { state: { ...state, disconnects }, issued: decision.issued };
};

function updateArguments(event: InvocationEvent): Record<string, string> {
  const given: unknown = actionReport(event).Parameters.Arguments;
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
}
