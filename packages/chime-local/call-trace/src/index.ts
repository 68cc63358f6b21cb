/** The front door of the trace: a call's record as pages show it. */
export type { Invocation } from './ladder/invocations.ts';
export { type Bar, type Ladder, type Lane, ladderOf, type Row, type RowKind } from './ladder/ladder.ts';
export { strokesOf, type Wave, waveInWords } from './ladder/levels.ts';
export { endWords } from './ladder/words.ts';
export { CALLS_PAGE, RecordFeed } from './record-feed.ts';
