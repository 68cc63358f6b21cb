/** Public interface of the RTP folder: packets, reports, telephone events, and the jitter buffer. */

export * from './event-sources.ts';
export * from './jitter-buffer.ts';
export * from './reception.ts';
export * from './rtcp-packet.ts';
export * from './rtp-packet.ts';
export * from './telephone-events.ts';
export * from './voice-clock.ts';
export * from './voice-source.ts';
