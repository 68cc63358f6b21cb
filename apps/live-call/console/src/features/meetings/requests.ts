import { isObject } from 'page-ui/is-object.ts';
import type { CreateMeetingRequest, CreateMeetingResponse, QueryMeetingsResponse } from '#contract';

import type { Api } from '../../server/api.ts';
import { ApiFailure } from '../../server/failure.ts';

/** Who is in which meeting, what can be dialled into, and how far updates have come. */
export async function queryMeetings(api: Api, signal?: AbortSignal): Promise<QueryMeetingsResponse> {
  const answer = await api.post<unknown>('/queryMeetings', {}, signal);
  if (!isObject(answer) || !Array.isArray(answer.Items))
    throw new ApiFailure({
      kind: 'server',
      status: 200,
      message: 'The answer of queryMeetings has no Items.',
    });
  return {
    Items: answer.Items,
    Browsers: listOf(answer.Browsers),
    Meetings: listOf(answer.Meetings),
    Updates: listOf(answer.Updates),
    Prompts: listOf(answer.Prompts),
    Guessing: listOf(answer.Guessing),
  };
}

/** Makes a meeting that callers can dial into; the server chooses its PIN. */
export function createMeeting(api: Api, request: CreateMeetingRequest): Promise<CreateMeetingResponse> {
  return api.post('/createMeeting', request);
}

function listOf<T>(value: T[] | unknown): T[] {
  return Array.isArray(value) ? value : [];
}
