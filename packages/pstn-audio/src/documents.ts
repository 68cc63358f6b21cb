/**
 * The documents that cross between the SIP media application service and a function: the event that the
 * service sends and the answer that the function returns. Spelling and JSON types are the service's own.
 * Source: Amazon Chime SDK developer guide, "Invocation event types" and the pages of the actions.
 */
import type { Action } from './actions/index.ts';

/** What the function answers. */
export interface FunctionResponse {
  SchemaVersion: '1.0';
  /** 0 to 10. Missing, null and empty mean: keep what is running and waiting. */
  Actions?: Action[];
  /**
   * Missing: unchanged. `{}`: erased. Otherwise: replaced; at most 100 pairs of together 20 KB. Texts are what is
   * documented; an object comes back in the events as it is.
   */
  TransactionAttributes?: Record<string, string>;
}

export * from './actions/index.ts';
export * from './events/index.ts';
export type { ActionErrorType, Failure } from './failures.ts';
export type { Consequence, ResponseProblem } from './response/problem.ts';
export type { AudioFileFacts, Surroundings } from './response/surroundings.ts';
export { validateResponse } from './response/validate-response.ts';
export type { Flaw, Reading, Schema } from './schema/schema.ts';
