import type { TableWitness } from '#aws';
import type { CallRecords } from '#call-record';
import { requestIdOfTrace } from '#lambda-runner';

/**
 * Records the answers of tables to functions that work on a call. A request belongs to the invocation whose
 * trace id it carries; for SDKs that send none (aws-sdk v2), nothing is recorded.
 */
export function recordTableAnswers(records: CallRecords): TableWitness {
  return (traceId) => {
    const requestId = traceId === undefined ? undefined : requestIdOfTrace(traceId);
    if (requestId === undefined || !records.follows(requestId)) return undefined;
    return { answered: (request, answer) => records.tableAnswered(requestId, { ...request, ...answer }) };
  };
}
