import type { UpdateOutcome } from '../../tables/index.ts';
import type { Settled } from '../expected-reports.ts';
import type { StepInput } from './step.ts';

const OUTCOMES: Record<Settled['outcome'], UpdateOutcome> = {
  done: { status: 'done' },
  interrupted: { status: 'interrupted', reason: 'A later update or key took its place.' },
  dropped: { status: 'failed', reason: 'An action before it failed, so it never ran.' },
};

/** Writes down the fate of updates that is known now. */
export async function settle({ ports, now }: StepInput, settled: readonly Settled[]): Promise<void> {
  await Promise.all(
    settled.map(({ updateId, outcome }) => ports.callUpdates.recordOutcome(updateId, OUTCOMES[outcome], now)),
  );
}
