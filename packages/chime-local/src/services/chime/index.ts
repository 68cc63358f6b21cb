export { type ChimeMeetings, type ChimeMeetingsOptions, makeChimeMeetings } from './meetings/meetings.ts';
export type { QuotaMode } from './quotas.ts';
export { type ChimeService, makeChimeService } from './service.ts';
export { type ChimeVoice, type ChimeVoiceOptions, makeChimeVoice } from './voice/voice.ts';
