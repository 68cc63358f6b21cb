import type { TableWitness } from '#aws';
import type { CallRecords } from '#call-record';
import { requestIdOfTrace } from '#lambda-runner';

/**
 * Records the answers of tables to functions that work on a call. A request belongs to the invocation whose
 * trace id it carries; for SDKs that send none (aws-sdk v2), nothing is recorded.
 */
export function recordTableAnswers(records: CallRecords): TableWitness {
  const requestIdOf = (traceId: string | undefined) =>
    traceId === undefined ? undefined : requestIdOfTrace(traceId);
  return {
    follows(traceId) {
      const requestId = requestIdOf(traceId);
      return requestId !== undefined && records.follows(requestId);
    },
    answered({ traceId, operation, print }, { status, body }) {
      const requestId = requestIdOf(traceId);
      if (requestId !== undefined) records.tableAnswered(requestId, { operation, print, status, body });
    },
  };
}
