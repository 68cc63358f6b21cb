import type { Clock } from 'page-ui/clock.ts';
import type { ConsoleConfig } from '#contract';
import { ActivityStream, streamWhileVisible } from '../features/activity/activity-stream.ts';
import { leaveWithThePage, MeetingSession } from '../features/meeting-session/meeting-session.ts';
import { createSoundOutlet } from '../features/meeting-session/sound-outlet.ts';
import { type MeetingsAnswer, nobodyIsThere, queryMeetings } from '../features/meetings/requests.ts';
import { AttendeeOrderStore } from '../features/roster/attendee-order-store.ts';
import type { Session } from '../features/sign-in/session.ts';
import { UpdateStore } from '../features/updates/update-store.ts';
import { type Api, createApi } from '../server/api.ts';
import { ClockAhead } from '../server/clock-ahead.ts';
import { Poll, pollWhileOpen } from '../server/poll.ts';

/** Milliseconds after an answer during which the page polls more often, because the handler is at work. */
const HURRY_MS = 2000;

/** The services that the page works with once somebody is signed in. */
export interface Services {
  config: ConsoleConfig;
  session: Session;
  api: Api;
  meetings: Poll<MeetingsAnswer>;
  updates: UpdateStore;
  activity: ActivityStream | undefined;
  /** The page's own presence in a meeting. */
  meetingSession: MeetingSession;
  attendeeOrders: AttendeeOrderStore;
}

/** Creates and connects the services; no request is sent before `startServices`. */
export function createServices(config: ConsoleConfig, session: Session, clock: Clock): Services {
  const fetcher = fetch.bind(window);
  const api = createApi(config.apiUrl, session, clock, fetcher);
  const clockAhead = new ClockAhead(clock);
  const meetings = new Poll((signal) => queryMeetings(api, clockAhead, signal), clock, nobodyIsThere);
  const updates = new UpdateStore(api, clock, () => meetings.hurry(HURRY_MS));
  meetings.subscribe(() => updates.note(meetings.getState().data?.Updates ?? []));
  const activity = config.activityUrl
    ? new ActivityStream(config.activityUrl, session, clock, fetcher)
    : undefined;
  if (activity) {
    activity.onTellsChanges = (tells) => meetings.rely(tells);
    activity.onChanged = () => meetings.changed();
  }
  const hurry = () => meetings.hurry(HURRY_MS);
  const attendeeOrders = new AttendeeOrderStore(api, clock, hurry);
  const meetingSession = new MeetingSession({
    api,
    clock,
    displayName: displayNameOf(session.person.name),
    load: async () => (await import('../features/meeting-session/chime-connection.ts')).openConnection,
    createOutlet: createSoundOutlet,
    onChange: hurry,
  });
  return { config, session, api, meetings, updates, activity, meetingSession, attendeeOrders };
}

/** Maximum number of characters in an operator's name (`JoinMeetingRequest`). */
const MAX_DISPLAY_NAME = 64;

/** The signed-in person's name in a form that other attendees may be shown. */
function displayNameOf(name: string): string {
  const clean = name.replace(/[\p{Cc}\p{Cs}]/gu, ' ').trim();
  return [...clean].slice(0, MAX_DISPLAY_NAME).join('').trim() || 'operator';
}

/** Starts polling; returns the function that stops it. */
export function startServices(services: Services): () => void {
  const ends = [pollWhileOpen(services.meetings), leaveWithThePage(services.meetingSession)];
  if (services.activity) ends.push(streamWhileVisible(services.activity));
  return () => {
    for (const end of ends) end();
  };
}
