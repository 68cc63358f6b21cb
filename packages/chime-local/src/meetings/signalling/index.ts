/** The front door of the signalling edge: where meeting clients join. */
export type { SignallingLimits } from './limits.ts';
export type * from './signalling.ts';
export { type SignallingOptions, type SignallingParts, startSignalling } from './start-signalling.ts';
