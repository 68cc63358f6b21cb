/**
 * The rules of Amazon Chime SDK PSTN Audio as values: the documents exchanged between service and function,
 * and the limits.
 */
export * from './documents.ts';
export * from './limits.ts';
export * from './speech/index.ts';
