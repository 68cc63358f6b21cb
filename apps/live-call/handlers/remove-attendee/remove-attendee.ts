/** What `POST /removeAttendee` does: an operator leaves its meeting or is removed by another one. */
import { type HttpRequest, type HttpResponse, json, readJsonObject } from '../http/index.ts';
import { attendeeNotFound, type ChimeMeetings, meetingsRefusal, readAttendeeRef } from '../meetings/index.ts';
import type { BrowserAttendeesTable } from '../tables/index.ts';

export interface Ports {
  meetings: Pick<ChimeMeetings, 'deleteAttendee'>;
  browsers: Pick<BrowserAttendeesTable, 'find' | 'remove'>;
  warn(what: string, error: unknown): void;
}

export async function removeAttendee(request: HttpRequest, ports: Ports): Promise<HttpResponse> {
  const attendee = readAttendeeRef(readJsonObject(request));
  // Only operators' attendees: a telephone is disconnected by an update of its call, which then says goodbye.
  if (!(await ports.browsers.find(attendee))) return attendeeNotFound(attendee);
  try {
    await ports.meetings.deleteAttendee(attendee.meetingId, attendee.attendeeId);
  } catch (error) {
    return meetingsRefusal(error, ports.warn);
  }
  await ports.browsers.remove(attendee);
  return json(200, {});
}
