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

/** The answer of `queryMeetings`, and by how many milliseconds the page's clock is ahead of the server's. */
export type MeetingsAnswer = Omit<QueryMeetingsResponse, 'Now'> & { clockAhead: number };

/**
 * Asks who is in which meeting, which meetings can be dialled into, and how far updates have come. Times of joining are converted to the
 * page's clock; times of updates stay in the server's.
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

/** Whether the answer stays as it is until a table changes. Rows of callers and operators expire, and so do limits on PIN attempts. */
export function nobodyIsThere({ Items, Browsers, Guessing }: MeetingsAnswer): boolean {
  return Items.length + Browsers.length + (Guessing?.length ?? 0) === 0;
}

/** Creates a meeting that callers can dial into. The server chooses its PIN. */
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
