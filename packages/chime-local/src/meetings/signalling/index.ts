/** The front door of the signalling edge: where meeting clients join. */

export type * from './signalling.ts';
export { startSignalling } from './start-signalling.ts';
