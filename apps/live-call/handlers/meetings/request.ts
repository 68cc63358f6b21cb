import type { AttendeeAudio, AttendeeRef } from '#contract';
import { apiError, BadRequest, type HttpResponse } from '../http/index.ts';

/** Source: service model of Chime SDK Meetings, shape GuidString. */
const GUID = /^[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}$/;

/** Reads which attendee a body refers to. Throws {@link BadRequest} naming the first wrong member. */
export function readAttendeeRef(body: Record<string, unknown>): AttendeeRef {
  return { meetingId: guid(body, 'meetingId'), attendeeId: guid(body, 'attendeeId') };
}

/** Reads what an attendee's sound may do. Throws {@link BadRequest}. */
export function readAudio({ audio }: Record<string, unknown>): AttendeeAudio {
  if (audio === 'SendReceive' || audio === 'Receive') return audio;
  throw new BadRequest('audio', 'audio must be SendReceive (hears and is heard) or Receive (only hears).');
}

/** 404: the attendee has left, was removed, or is not an operator's. */
export function attendeeNotFound({ attendeeId }: AttendeeRef): HttpResponse {
  return apiError(404, 'AttendeeNotFound', `There is no operator ${attendeeId} in that meeting (any more).`);
}

function guid(body: Record<string, unknown>, name: keyof AttendeeRef): string {
  const value = body[name];
  if (typeof value === 'string' && GUID.test(value)) return value;
  throw new BadRequest(name, `${name} must be a GUID.`);
}
