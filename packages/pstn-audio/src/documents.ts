/**
 * The documents exchanged between the SIP media application service and a function: the event that the
 * service sends and the answer that the function returns. Spelling and JSON types are the service's own.
 * Source: Amazon Chime SDK developer guide, "Invocation event types" and the pages of the actions.
 */
import type { Action } from './actions/index.ts';

/** The function's answer. */
export interface FunctionResponse {
  SchemaVersion: '1.0';
  /** 0 to 10 actions. If missing, null or empty, the running action and the waiting ones are kept. */
  Actions?: Action[];
  /**
   * Missing: unchanged. `{}`: erased. Otherwise: replaced; at most 100 pairs and 20 KB in total. Only texts
   * are documented as values; an object is returned unchanged in the events.
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
