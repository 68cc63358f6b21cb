/** What `POST /setAttendeeAudio` does: mutes or unmutes an operator's attendee through its capabilities. */
import type { SetAttendeeAudioResponse } from '#contract';
import { apiError, type HttpRequest, type HttpResponse, json, readJsonObject } from '../http/index.ts';
import {
  attendeeNotFound,
  type ChimeMeetings,
  meetingsRefusal,
  readAttendeeRef,
  readAudio,
} from '../meetings/index.ts';
import type { BrowserAttendeesTable } from '../tables/index.ts';

export interface Ports {
  meetings: Pick<ChimeMeetings, 'setBrowserAudio'>;
  browsers: Pick<BrowserAttendeesTable, 'find' | 'setMuted' | 'remove'>;
  warn(what: string, error: unknown): void;
}

export async function setAttendeeAudio(request: HttpRequest, ports: Ports): Promise<HttpResponse> {
  const body = readJsonObject(request);
  const attendee = readAttendeeRef(body);
  const audio = readAudio(body);
  const row = await ports.browsers.find(attendee);
  if (!row) return attendeeNotFound(attendee);
  if (row.audio === 'Receive') {
    return apiError(
      409,
      'ListensOnly',
      `${row.displayName} has joined to listen only: there is no microphone to mute or unmute.`,
    );
  }
  let found: boolean;
  try {
    found = await ports.meetings.setBrowserAudio(attendee.meetingId, attendee.attendeeId, audio);
  } catch (error) {
    return meetingsRefusal(error, ports.warn);
  }
  const muted = audio === 'Receive';
  if (!found) {
    await ports.browsers.remove(attendee);
    return attendeeNotFound(attendee);
  }
  if (!(await ports.browsers.setMuted(attendee, muted))) return attendeeNotFound(attendee);
  const answer: SetAttendeeAudioResponse = { ...row, muted };
  return json(200, answer);
}
