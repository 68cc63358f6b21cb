/** The public interface of the signalling edge, through which meeting clients join. */

export type * from './signalling.ts';
export { startSignalling } from './start-signalling.ts';
