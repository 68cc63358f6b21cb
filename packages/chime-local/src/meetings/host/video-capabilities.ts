import type { AttendeeCapabilities, MediaCapability } from '#aws';
import type { VideoRights } from '#signalling';

/** What the client appends to its join token and its attendee id on the connection that shares content. */
export const CONTENT_SUFFIX = '#content';

/** The attendee id of an attendee's content in the meeting. */
export function contentIdOf(attendeeId: string): string {
  return attendeeId + CONTENT_SUFFIX;
}

/** The attendee that an id belongs to; the id may be that of its content. */
export function attendeeOf(attendeeId: string): string {
  return attendeeId.endsWith(CONTENT_SUFFIX) ? attendeeId.slice(0, -CONTENT_SUFFIX.length) : attendeeId;
}

/** What a client may do with video (API reference, AttendeeCapabilities). */
export function videoRights({ video, content }: AttendeeCapabilities): VideoRights {
  return { send: sends(video), receiveCameras: receives(video), receiveContent: receives(content) };
}

export function mayShareContent({ content }: AttendeeCapabilities): boolean {
  return sends(content);
}

const sends = (capability: MediaCapability): boolean => capability === 'SendReceive' || capability === 'Send';
const receives = (capability: MediaCapability): boolean =>
  capability === 'SendReceive' || capability === 'Receive';
