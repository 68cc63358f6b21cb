import { UserError } from 'chime-local';
import type { CreateMeetingResponse, MeetingEntry, QueryMeetingsResponse } from '#contract';

/** Name of the meeting that a first start creates. */
const FIRST_MEETING = 'First meeting';

async function post<T>(api: string, route: string, authorization: string, body: unknown): Promise<T> {
  const response = await fetch(`${api}${route}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new UserError(`POST ${route} of the stack answered ${response.status}: ${text.slice(0, 500)}`);
  }
  return JSON.parse(text) as T;
}

/** Finds or creates a meeting to dial into, as an operator would in the page. */
export async function firstMeeting(api: string, authorization: string): Promise<MeetingEntry> {
  const { Meetings } = await post<QueryMeetingsResponse>(api, '/queryMeetings', authorization, {});
  const [first] = Meetings;
  if (first) return first;
  return post<CreateMeetingResponse>(api, '/createMeeting', authorization, { name: FIRST_MEETING });
}
