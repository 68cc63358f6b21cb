import type { UnwrittenSeen, UpdateOutcome } from '../../tables/index.ts';
import { theirNumber } from '../event.ts';
import type { SeenNote, Settled } from '../expected-reports.ts';
import type { StepInput } from './step.ts';

const OUTCOMES: Record<Settled['outcome'], UpdateOutcome> = {
  done: { status: 'done' },
  interrupted: { status: 'interrupted', reason: 'A later update or key took its place.' },
  dropped: { status: 'failed', reason: 'An action before it failed, so it never ran.' },
};

/** What was not recorded when the update was seen. */
export function unwritten(
  { event }: Pick<StepInput, 'event'>,
  seen: SeenNote | undefined,
): UnwrittenSeen | undefined {
  return seen && { ...seen, transactionId: event.CallDetails.TransactionId, fromNumber: theirNumber(event) };
}

/**
 * Records how an update ended. A failure to record it must not fail the invocation: without this answer the
 * call would go on waiting for a report that has already arrived, and would take the next one for it.
 */
export async function recordOutcome(
  { event, ports, now }: Pick<StepInput, 'event' | 'ports' | 'now'>,
  updateId: string,
  outcome: UpdateOutcome,
  seen: UnwrittenSeen | undefined,
): Promise<void> {
  await ports.callUpdates.recordOutcome(updateId, outcome, now, seen).catch((error: unknown) => {
    ports.warn('The end of an update was not recorded', error, event.CallDetails.TransactionId);
  });
}

/** Records the outcomes of updates that are known now. */
export async function settle(input: StepInput, settled: readonly Settled[]): Promise<void> {
  await Promise.all(
    settled.map(({ updateId, outcome, seen }) =>
      recordOutcome(input, updateId, OUTCOMES[outcome], unwritten(input, seen)),
    ),
  );
}
