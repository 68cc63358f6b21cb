import type { MediaEdge } from '#media-edge';
import { MeetingHost, type MeetingHostParts } from '#meeting-host';
import { systemClock, systemIds } from '#platform';
import { type Signalling, startSignalling } from '#signalling';
import type { CallServerOptions } from './call-server-options.ts';
import type { EmulatedCloud } from './emulated-cloud.ts';
import { recordMeetings } from './recorded-meetings.ts';

/** Redeems join tokens and counts the attempts as the service does. DG: service-metrics. */
function countedTickets({ meetings, metrics }: EmulatedCloud): MeetingHostParts['directory'] {
  return {
    redeem(...token) {
      const ticket = meetings.redeem(...token);
      const MetricName = `AttendeeAuthorization${ticket ? 'Success' : 'Error'}`;
      metrics.add({ Namespace: 'AWS/ChimeSDK', MetricName, Dimensions: [] }, 1);
      return ticket;
    },
    areAttendees: (...ids) => meetings.areAttendees(...ids),
    exists: (id) => meetings.exists(id),
    attendeeConnected: (...who) => meetings.attendeeConnected(...who),
    attendeeDisconnected: (...who) => meetings.attendeeDisconnected(...who),
  };
}

/** Opens the meetings and the signalling through which clients join them. */
export function openMeetings(
  { cloud, log, records }: CallServerOptions,
  media: MediaEdge,
  letGo: (legId: string) => void,
): { meetings: MeetingHost; signalling: Signalling } {
  const clients: MeetingHostParts['signalling'] = {
    tellRoster: (id, entries) => signalling.tellRoster(id, entries),
    tellChanges: (id, changes) => signalling.tellChanges(id, changes),
    tellLevels: (id, levels) => signalling.tellLevels(id, levels),
    setVideoRights: (id, rights) => signalling.setVideoRights(id, rights),
    end: (id, status) => signalling.end(id, status),
  };
  const seen = records ? { seen: recordMeetings(records) } : {};
  const directory = countedTickets(cloud);
  const parts = { directory, media, signalling: clients, letGo, ...seen };
  const meetings = new MeetingHost(parts);
  const signalling: Signalling = startSignalling(
    {},
    { media, handler: meetings, clock: systemClock, ids: systemIds, log: log.child('signalling') },
  );
  return { meetings, signalling };
}
