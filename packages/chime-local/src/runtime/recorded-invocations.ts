import type { InvocationWatch } from '#call-host';
import type { CallRecords } from '#call-record';

/** Records the invocations for calls and what their functions print meanwhile. */
export function recordInvocations(records: CallRecords): InvocationWatch {
  return {
    invoking: (transactionId, requestId) => records.invoking(transactionId, requestId),
    invoked({ transactionId, requestId, output, outcome, attempt, durationMs, late }) {
      records.invoked(requestId);
      const { sequence, functionArn } = output;
      const { coldStart, undelivered, source } = outcome;
      const error = outcome.ok ? undefined : outcome.error;
      records.add(transactionId, {
        kind: 'Invocation',
        sequence,
        attempt,
        functionArn,
        requestId,
        durationMs: Math.round(durationMs * 10) / 10,
        outcome: outcome.ok ? 'answered' : outcome.reason,
        ...(coldStart === undefined ? {} : { coldStart }),
        ...(undelivered ? { undelivered } : {}),
        ...(late ? { late } : {}),
        ...(source === undefined ? {} : { source }),
        ...(error ? { error: { type: error.type, message: error.message, stack: error.frames } } : {}),
      });
    },
  };
}
