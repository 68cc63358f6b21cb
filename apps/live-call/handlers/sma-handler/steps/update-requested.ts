import type { InvocationEvent } from 'pstn-audio';
import { timeOfUpdateId, UPDATE_ID, updateIdTime } from '../../tables/index.ts';
import type { CallState } from '../call-state.ts';
import { decideUpdate } from '../decide-update.ts';
import { actionReport, connectedCaller, theirNumber } from '../event.ts';
import { result, type Step } from './step.ts';
import { joinedRows, keysFirst } from './waiting-keys.ts';

/** Sent only to learn whether the call still exists. */
const VERIFY = 'Verify';

/**
 * Milliseconds for which the call itself remembers which updates it has carried out. An older update may be a
 * repetition (decision 19), so the table is asked. The value is ours.
 */
const REMEMBERED_MS = 3_000;
/**
 * Number of updates that it remembers; if there were more in that time, the table is asked. The value is
 * ours: attributes are short.
 */
const MAX_REMEMBERED = 20;

/**
 * An operator wants to change the call. Latency matters here: if the call itself knows that it has not
 * carried out this update before, nothing is written before the answer. That it was seen is then recorded
 * together with its outcome.
 */
export const onUpdateRequested: Step = async ({ event, state, ports, now }) => {
  const args = updateArguments(event);
  if (args.action === VERIFY) return result(state);
  const { updateId, ...rest } = args;
  const known = updateId !== undefined && UPDATE_ID.test(updateId) ? updateId : undefined;
  const everyone =
    args.everyone === 'true'
      ? (await joinedRows(state, ports)).map(({ attendeeId }) => attendeeId)
      : undefined;
  // An update that arrives twice is carried out once.
  if (known !== undefined && wasCarriedOut(known, state)) return result(state);
  const ends = args.action === 'DisconnectAttendee';
  const isNew = known !== undefined && !ends && isRemembered(known, state, now);
  const named = known === undefined ? rest : { ...rest, updateId: known };
  const note = isNew ? { at: now, updateInfo: args.action ?? '' } : undefined;
  const decision = connectedCaller(event)
    ? decideUpdate(state, named, ports.actions, everyone, note)
    : { kind: 'refuse' as const, reason: 'The caller has hung up; nothing was changed.' };
  const { TransactionId } = event.CallDetails;
  const seen = {
    updateId: known ?? '',
    transactionId: TransactionId,
    updateInfo: args.action ?? '',
    fromNumber: theirNumber(event),
    sequence: event.Sequence,
  };
  if (decision.kind === 'refuse') {
    if (known) await ports.callUpdates.recordRefused(seen, decision.reason, now);
    return result(state);
  }
  // A failure to record the update must not stop it.
  const isFirst =
    known === undefined ||
    isNew ||
    (await ports.callUpdates.recordSeen(seen, now).catch((error: unknown) => {
      ports.warn('The update was not recorded', error, TransactionId);
      return true;
    }));
  if (!isFirst) return result(state);
  if (!ends) {
    const issued = await keysFirst(state, ports, decision.issued);
    return { state: remembering(state, known), issued };
  }
  const disconnects = [...new Set([...state.disconnects, known ?? 'unnamed'])];
  return { state: { ...state, disconnects }, issued: decision.issued };
};

/** Whether the call remembers having carried out the update; the table knows about older ones. */
function wasCarriedOut(updateId: string, { recent, expected }: CallState): boolean {
  return recent.includes(updateId) || expected.some((report) => report.updateId === updateId);
}

/**
 * The updates of the last moments before the newest, which may be the one in question. An update id sorts by
 * its time; only the times in the ids count, so that the same updates are remembered when a call is replayed.
 */
function recentUpdates(recent: readonly string[]): string[] {
  const newest = recent.reduce((latest, id) => (id > latest ? id : latest), '');
  if (newest === '') return [];
  const since = updateIdTime(timeOfUpdateId(newest) - REMEMBERED_MS);
  return recent.filter((id) => id >= since).sort();
}

/** Whether the call would remember the update if it had carried it out before. */
function isRemembered(updateId: string, { recent }: CallState, now: number): boolean {
  const others = recentUpdates([...recent, updateId]);
  return (
    updateId >= updateIdTime(now - REMEMBERED_MS) &&
    others.includes(updateId) &&
    others.length <= MAX_REMEMBERED
  );
}

function remembering(state: CallState, updateId: string | undefined): CallState {
  const recent = recentUpdates(updateId === undefined ? state.recent : [...state.recent, updateId]);
  return { ...state, recent: recent.slice(-MAX_REMEMBERED) };
}

function updateArguments(event: InvocationEvent): Record<string, string> {
  const given: unknown = actionReport(event).Parameters.Arguments;
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
}
