import { isObject } from 'page-ui/is-object.ts';
import type {
  BrowserRow,
  CreateMeetingRequest,
  CreateMeetingResponse,
  QueryMeetingsResponse,
} from '#contract';

import type { Api } from '../../server/api.ts';
import type { ClockAhead } from '../../server/clock-ahead.ts';
import { ApiFailure } from '../../server/failure.ts';

/** What the page is told, and by how many milliseconds its own clock is ahead of the one of the times in it. */
export type MeetingsAnswer = Omit<QueryMeetingsResponse, 'Now'> & { clockAhead: number };

/**
 * Who is in which meeting, what can be dialled into, and how far updates have come. When people came is told by the page's
 * clock; updates, by the server's.
 */
export async function queryMeetings(
  api: Api,
  clock: ClockAhead,
  signal?: AbortSignal,
): Promise<MeetingsAnswer> {
  const asked = clock.asking();
  const answer = await api.post<unknown>('/queryMeetings', {}, signal);
  if (!isObject(answer) || !Array.isArray(answer.Items))
    throw new ApiFailure({
      kind: 'server',
      status: 200,
      message: 'The answer of queryMeetings has no Items.',
    });
  const clockAhead = asked.answered(answer.Now);
  return {
    clockAhead,
    Items: answer.Items.map((row) => cameBy(row, clockAhead)),
    Browsers: listOf<BrowserRow>(answer.Browsers).map((row) => cameBy(row, clockAhead)),
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

function cameBy<T extends { joinedAt: string }>(row: T, ahead: number): T {
  const at = Date.parse(row.joinedAt) + ahead;
  return ahead === 0 || Number.isNaN(at) ? row : { ...row, joinedAt: new Date(at).toISOString() };
}
