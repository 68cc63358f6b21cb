export { replayEvents } from './events.ts';
export { type Exchanged, ReplayError } from './recorded.ts';
export type { RecordedAnswer, RecordedTables } from './recorded-tables.ts';
export { type Replay, type ReplayedExchange, type ReplayOptions, replay } from './replay.ts';
