import type { UnwrittenSeen, UpdateOutcome } from '../../tables/index.ts';
import { theirNumber } from '../event.ts';
import type { SeenNote, Settled } from '../expected-reports.ts';
import type { StepInput } from './step.ts';

const OUTCOMES: Record<Settled['outcome'], UpdateOutcome> = {
  done: { status: 'done' },
  interrupted: { status: 'interrupted', reason: 'A later update or key took its place.' },
  dropped: { status: 'failed', reason: 'An action before it failed, so it never ran.' },
};

/** What was not written down when the update was seen. */
export function unwritten(
  { event }: Pick<StepInput, 'event'>,
  seen: SeenNote | undefined,
): UnwrittenSeen | undefined {
  return seen && { ...seen, transactionId: event.CallDetails.TransactionId, fromNumber: theirNumber(event) };
}

/** Writes down the fate of updates that is known now. */
export async function settle(input: StepInput, settled: readonly Settled[]): Promise<void> {
  const { ports, now } = input;
  await Promise.all(
    settled.map(({ updateId, outcome, seen }) =>
      ports.callUpdates.recordOutcome(updateId, OUTCOMES[outcome], now, unwritten(input, seen)),
    ),
  );
}
