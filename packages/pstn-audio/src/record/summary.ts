import type { CallSummary } from './call-summary.ts';
import type { RecordEntry, ReportedEntry } from './entries.ts';

const NOTHING: CallSummary = {
  transactionId: '',
  at: 0,
  direction: 'inbound',
  from: '',
  to: '',
  functionArn: '',
  state: 'ringing',
  durationMs: 0,
  invocations: 0,
  failedInvocations: 0,
  updates: 0,
  faults: 0,
  legId: '',
};

/** Inputs that `afterInput` handles. */
const CHANGING_INPUTS: ReadonlySet<string> = new Set<Input['kind']>([
  'LegArrived',
  'OutboundCallRequested',
  'LegAnswered',
  'UpdateRequested',
]);

/** Whether the entry changes more in the call's row than its duration. */
export function changesSummary(entry: ReportedEntry): boolean {
  switch (entry.kind) {
    case 'Begin':
    case 'Invocation':
    case 'LegEnd':
    case 'Fault':
    case 'Restored':
    case 'End':
      return true;
    case 'Input':
      return CHANGING_INPUTS.has(entry.input.kind);
    case 'Output':
      return entry.output.kind === 'CallEnded';
    default:
      return false;
  }
}

/**
 * The row of a call after one more entry; `summary` is undefined before the first one. A call that its
 * runtime left behind was lost at that time: it does not count as longer because the next runtime reports its
 * end to the function later.
 */
export function summaryAfter(summary: CallSummary | undefined, entry: RecordEntry): CallSummary {
  const before = summary ?? NOTHING;
  const is = before.state === 'lost' ? before : { ...before, durationMs: entry.ms };
  switch (entry.kind) {
    case 'Begin':
      return { ...is, transactionId: entry.transactionId, at: entry.at };
    case 'Input':
      return afterInput(is, entry.input);
    case 'Invocation':
      return {
        ...is,
        invocations: is.invocations + 1,
        failedInvocations: is.failedInvocations + (entry.outcome === 'answered' && !entry.late ? 0 : 1),
      };
    case 'LegEnd':
      return entry.legId === is.legId ? { ...is, end: { by: entry.by, reason: entry.reason } } : is;
    case 'Fault':
      return { ...is, faults: is.faults + 1 };
    case 'Restored':
      return { ...before, state: 'lost' };
    case 'Output':
      return entry.output.kind === 'CallEnded' && is.state !== 'lost' ? { ...is, state: 'ended' } : is;
    case 'End':
      return entry.summary;
    default:
      return is;
  }
}

type Input = Extract<RecordEntry, { kind: 'Input' }>['input'];

function afterInput(is: CallSummary, input: Input): CallSummary {
  switch (input.kind) {
    case 'LegArrived': {
      const { from, to, legId, targets } = input;
      return { ...is, direction: 'inbound', from, to, legId, functionArn: targets[0]?.functionArn ?? '' };
    }
    case 'OutboundCallRequested': {
      const { from, to, legId, target } = input;
      return { ...is, direction: 'outbound', from, to, legId, functionArn: target.functionArn };
    }
    case 'LegAnswered':
      return input.legId === is.legId ? { ...is, state: 'connected' } : is;
    case 'UpdateRequested':
      return { ...is, updates: is.updates + 1 };
    default:
      return is;
  }
}

/**
 * Milliseconds that a call has lasted at `now` (since the epoch). A call in progress gets longer even if
 * nothing happens.
 */
export function lastedMs({ state, at, durationMs }: CallSummary, now: number): number {
  const isLive = state === 'ringing' || state === 'connected';
  return isLive ? Math.max(durationMs, now - at) : durationMs;
}

/** The row of a record that was read completely. `running`: the call is in progress. */
export function summaryOf(entries: readonly RecordEntry[], running = false): CallSummary | undefined {
  let summary: CallSummary | undefined;
  for (const entry of entries) summary = summaryAfter(summary, entry);
  if (!summary || summary.state === 'ended' || running) return summary;
  return { ...summary, state: 'lost' };
}
