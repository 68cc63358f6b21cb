/** The rules of Amazon Chime SDK PSTN Audio as values: the documents that cross between service and function, and limits. */
export * from './documents.ts';
export * from './limits.ts';
export * from './speech/index.ts';
