export type { MeetingEvent } from './meetings/meeting-events.ts';
export { startChimeMeetings } from './meetings/meetings.ts';
export type { QuotaMode } from './quotas.ts';
export { createChimeService } from './service.ts';
export { UsageMetrics } from './usage-metrics.ts';
export { createChimeVoice } from './voice/voice.ts';
