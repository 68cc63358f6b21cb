export { type ChimeMeetings, type ChimeMeetingsOptions, startChimeMeetings } from './meetings/meetings.ts';
export type { QuotaMode } from './quotas.ts';
export { type ChimeService, createChimeService } from './service.ts';
export { type ChimeVoice, type ChimeVoiceOptions, createChimeVoice } from './voice/voice.ts';
