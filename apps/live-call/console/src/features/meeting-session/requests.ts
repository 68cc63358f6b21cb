import { isObject } from 'page-ui/is-object.ts';
import type {
  AttendeeRef,
  BrowserRow,
  JoinMeetingRequest,
  JoinMeetingResponse,
  SetAttendeeAudioRequest,
} from '#contract';

import type { Api } from '../../server/api.ts';
import { ApiFailure } from '../../server/failure.ts';

/** Creates an attendee for the page itself. @throws ApiFailure */
export async function joinMeeting(api: Api, request: JoinMeetingRequest): Promise<JoinMeetingResponse> {
  const answer = await api.post<unknown>('/joinMeeting', request);
  if (isObject(answer) && isObject(answer.Meeting) && isObject(answer.Attendee))
    return answer as unknown as JoinMeetingResponse;
  throw new ApiFailure({
    kind: 'server',
    status: 201,
    message: 'The answer of joinMeeting has no Meeting or no Attendee.',
  });
}

/** Mutes or unmutes an operator. @throws ApiFailure */
export function setAttendeeAudio(api: Api, request: SetAttendeeAudioRequest): Promise<BrowserRow> {
  return api.post('/setAttendeeAudio', request);
}

/** Removes an operator from its meeting. @throws ApiFailure */
export function removeAttendee(api: Api, attendee: AttendeeRef): Promise<unknown> {
  return api.post('/removeAttendee', attendee);
}

/** Reports that this page is in a meeting. @throws ApiFailure */
export function sayPresent(api: Api, present: AttendeeRef): Promise<unknown> {
  return api.post('/queryMeetings', { present });
}
