import type { ConsoleConfig, QueryMeetingsResponse } from '#contract';
import { ActivityStream, streamWhileVisible } from '../features/activity/activity-stream.ts';
import { queryMeetings } from '../features/meetings/requests.ts';
import type { Session } from '../features/sign-in/session.ts';
import { UpdateDesk } from '../features/updates/desk.ts';
import type { Clock } from '../platform/clock.ts';
import { type Api, makeApi } from '../server/api.ts';
import { Poll, pollWhileVisible } from '../server/poll.ts';

/** Milliseconds after an answer in which the page asks more often: the handler is at work. */
const HURRY_MS = 2000;

/** What the page works with once somebody is signed in. */
export interface Services {
  config: ConsoleConfig;
  session: Session;
  api: Api;
  meetings: Poll<QueryMeetingsResponse>;
  desk: UpdateDesk;
  activity: ActivityStream | undefined;
}

/** Connects the parts; nothing is asked before `startServices`. */
export function makeServices(config: ConsoleConfig, session: Session, clock: Clock): Services {
  const fetcher = fetch.bind(window);
  const api = makeApi(config.apiUrl, session, clock, fetcher);
  const meetings = new Poll((signal) => queryMeetings(api, signal), clock);
  const desk = new UpdateDesk(api, clock, () => meetings.hurry(HURRY_MS));
  meetings.subscribe(() => desk.note(meetings.getState().data?.Updates ?? []));
  const activity = config.activityUrl
    ? new ActivityStream(config.activityUrl, session, clock, fetcher)
    : undefined;
  return { config, session, api, meetings, desk, activity };
}

/** Begins to ask; returns the end of it. */
export function startServices(services: Services): () => void {
  const ends = [pollWhileVisible(services.meetings)];
  if (services.activity) ends.push(streamWhileVisible(services.activity));
  return () => {
    for (const end of ends) end();
  };
}
