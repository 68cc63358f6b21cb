export { replayEvents } from './events.ts';
export { type Exchanged, ReplayError } from './recorded.ts';
export { type Replay, type ReplayedExchange, type ReplayOptions, replay } from './replay.ts';
