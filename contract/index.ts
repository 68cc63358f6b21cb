/** The front door of the contract: what the cloud side and the local side agree on. */
export * from './documents.ts';
export * from './limits.ts';
export * from './operator-api.ts';
