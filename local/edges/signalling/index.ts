/** The front door of the signalling edge: where meeting clients join. */
export * from './signalling.ts';
