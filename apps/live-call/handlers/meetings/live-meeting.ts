import type { StoredMeeting } from '../tables/index.ts';

/** Maximum number of ended meetings of one entry before a newcomer gets a live one; beyond that, something is wrong. */
export const MAX_ENDED_MEETINGS = 3;

/**
 * Enters the live meeting of an entry; telephones and browsers find the same one. `meetingOf` gets or creates
 * the meeting of a token; `enter` returns undefined when that meeting has ended, and its id then makes the
 * next token.
 *
 * @throws Error when one meeting after another has ended, and whatever the two callbacks throw
 */
export async function enterLiveMeeting<Meeting, Entered>(
  entry: Pick<StoredMeeting, 'externalMeetingId'>,
  idOf: (meeting: Meeting) => string,
  meetingOf: (token: string, externalMeetingId: string) => Promise<Meeting>,
  enter: (meeting: Meeting) => Promise<Entered | undefined>,
): Promise<Entered> {
  let token = entry.externalMeetingId;
  for (let ended = 0; ended < MAX_ENDED_MEETINGS; ended += 1) {
    const meeting = await meetingOf(token, entry.externalMeetingId);
    const entered = await enter(meeting);
    if (entered !== undefined) return entered;
    // The token names a meeting that has ended. All newcomers derive the same next token from it.
    token = `after-${idOf(meeting)}`;
  }
  throw new Error(`${MAX_ENDED_MEETINGS} meetings in a row had ended when the newcomer came.`);
}
