import type { SessionState } from '../meeting-session/session-state.ts';

/**
 * What a screen reader should say about arrivals and departures between two states of the page's meeting.
 * Attendees who were there before the page, and the page itself, are not announced.
 */
export function rosterNews(
  before: SessionState,
  now: SessionState,
  nameOf: (attendeeId: string, externalUserId: string) => string,
): string[] {
  if (before.phase === 'idle' || now.phase === 'idle') return [];
  if (!before.settled || !now.settled || before.present === now.present) return [];
  const news: string[] = [];
  for (const [id, { externalUserId }] of now.present)
    if (!before.present.has(id) && id !== now.me?.attendeeId)
      news.push(`${nameOf(id, externalUserId)} joined.`);
  for (const [id, { externalUserId }] of before.present)
    if (!now.present.has(id) && id !== now.me?.attendeeId) news.push(`${nameOf(id, externalUserId)} left.`);
  return news;
}
