/** The record of a call: its entries as types and schemas, what is masked in it, and how it is read. */
export { actionChanges } from './action-changes.ts';
export type { CallSummary } from './call-summary.ts';
export {
  ENTRY_KINDS,
  ENTRY_SCHEMAS,
  type EntryKind,
  type EntryOf,
  entryFlaws,
  RECORD_VERSION,
  type RecordEntry,
  type ReportedEntry,
  type StackFrame,
} from './entries.ts';
export { fitsMasked, MASKED_KEY, MASKED_SECRET, Mask } from './mask.ts';
export { type CallRecord, RecordError, readRecord } from './read-record.ts';
export { recordedOutputs } from './recorded-outputs.ts';
export { changesSummary, lastedMs, summaryAfter, summaryOf } from './summary.ts';
