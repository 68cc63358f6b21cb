import type { Call, PendingEvent } from '../engine/call.ts';
import type { EntryOf } from './entries.ts';

type ActionEntry = Omit<EntryOf<'Action'>, 'at' | 'ms'>;

const OUTCOMES = {
  ACTION_SUCCESSFUL: 'successful',
  ACTION_FAILED: 'failed',
  ACTION_INTERRUPTED: 'interrupted',
} as const;

/** Entries for what one step of the engine changed about the action in progress: one has ended, one has begun. */
export function actionChanges(call: Call, before: Call | undefined): ActionEntry[] {
  const was = before?.running;
  const is = call.running;
  // The parameters are the same object as long as it is the same action.
  const same = was?.parameters === is?.parameters;
  const changes: ActionEntry[] = [];
  if (was?.begun && !same) changes.push({ ...ended(call, before), type: was.type, legId: was.legId });
  if (is?.begun && !(same && was?.begun)) {
    const { type, legId, parameters } = is;
    changes.push({ kind: 'Action', phase: 'began', type, legId, parameters });
  }
  return changes;
}

function ended(call: Call, before: Call | undefined): Omit<ActionEntry, 'type' | 'legId'> {
  const event = newEvents(call, before).find(
    ({ type, actionData }) => type in OUTCOMES && actionData?.Type === before?.running?.type,
  );
  const kind = 'Action';
  const phase = 'ended';
  if (event) {
    const outcome = OUTCOMES[event.type as keyof typeof OUTCOMES];
    const ErrorType = event.actionData?.ErrorType;
    return { kind, phase, outcome, ...(typeof ErrorType === 'string' ? { errorType: ErrorType } : {}) };
  }
  // An action that is followed by another one of its list does not report its success (pstn-audio 5.4).
  const goesOn = call.running !== null || (call.state === 'connected' && call.queueHeldBy === null);
  return { kind, phase, outcome: goesOn ? 'successful' : 'stopped' };
}

/** Events that this step has created. */
function newEvents(call: Call, before: Call | undefined): PendingEvent[] {
  const all = call.invocation ? [...call.pendingEvents, call.invocation.pending] : call.pendingEvents;
  return all.filter(({ id }) => id >= (before?.nextId ?? 0));
}
