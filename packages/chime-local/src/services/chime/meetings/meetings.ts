/**
 * Chime SDK Meetings: the API, and the directory in which the runtime looks up the attendee of a join token.
 */
import type { Clock, Ids, Journal, Log } from '#platform';
import type { AllMeetings, AttendeeCapabilities, MeetingObserver } from '../../ports.ts';
import { ApiError } from '../../rest/api-error.ts';
import {
  createRestApi,
  type OperationContext,
  type OperationHandler,
  type RestApi,
} from '../../rest/rest-api.ts';
import { createRateMeter, MEETINGS_RATE, type QuotaMode } from '../quotas.ts';
import { createTagStore, type Tag, type TagStore } from '../tags.ts';
import { createAttendeeCreator } from './attendee-creator.ts';
import { attendeeHandlers } from './attendee-handlers.ts';
import { amendLegacy, modelWithLegacy } from './legacy.ts';
import { createLifetimes, type Lifetimes } from './lifetime.ts';
import { NOWHERE } from './media-placement.ts';
import {
  type MeetingEvent,
  type MeetingEventType,
  meetingEvent,
  type TellMeetingEvent,
} from './meeting-events.ts';
import { meetingHandlers } from './meeting-handlers.ts';
import { type AttendeeRecord, type Capabilities, type MeetingRecord, MeetingRecords } from './records.ts';
import { transcriptionHandlers } from './transcription.ts';

export interface ChimeMeetingsOptions {
  /** The journal that persists the state. */
  journal: Journal;
  accountId: string;
  /** Receives the removals of attendees, so that it can disconnect their legs. */
  observer: MeetingObserver;
  /** `ws:` or `wss:` URL that the MediaPlacement of meetings points to. */
  mediaBaseUrl?: string;
  clock: Clock;
  ids: Ids;
  log: Log;
  /** Default `off`. */
  quotas?: QuotaMode | undefined;
  /** Called when meetings and attendees are added or removed. */
  onEvent?(event: MeetingEvent): void;
}

export interface ChimeMeetings {
  api: RestApi;
  directory: AllMeetings;
  /** Stops the timers of the meetings. The meetings themselves remain. */
  close(): void;
}

export function startChimeMeetings(options: ChimeMeetingsOptions): ChimeMeetings {
  const { clock, ids, log, quotas = 'off' } = options;
  const records = new MeetingRecords(options.journal);
  const tags = createTagStore(records.tags, (message) => new ApiError(400, 'TooManyTagsException', message));
  const tell: TellMeetingEvent = (eventType, meeting, about) =>
    options.onEvent?.(meetingEvent(eventType, meeting, clock.now(), about));
  const enders = createEnders(options, records, tell);
  const creator = createAttendeeCreator({
    records,
    clock,
    ids,
    onCreated: (meeting, attendee) => tell('chime:AttendeeAdded', meeting, { attendee }),
    checkItem: (item) => api.check('CreateAttendeeRequestItem', item),
  });
  const rates = createRateMeter(clock, () => MEETINGS_RATE);
  const api = createRestApi({
    model: modelWithLegacy(),
    handlers: {
      ...meetingHandlers({
        records,
        tags,
        creator,
        accountId: options.accountId,
        mediaBaseUrl: options.mediaBaseUrl ?? NOWHERE,
        clock,
        ids,
        log,
        quotas,
        onCreated(meeting) {
          enders.lifetimes.begin(meeting.id, meeting.createdAt);
          tell('chime:MeetingStarted', meeting);
        },
        end: enders.endMeeting,
      }),
      ...attendeeHandlers({
        records,
        creator,
        remove: enders.removeAttendee,
        changed: ({ meetingId, id, capabilities }) =>
          options.observer.onCapabilitiesChanged(meetingId, id, mediaOf(capabilities)),
      }),
      ...tagHandlers(records, tags),
      ...transcriptionHandlers(records, tell),
    },
    listsCheckedLater: {
      BatchCreateAttendeeRequest: 'Attendees',
      CreateMeetingWithAttendeesRequest: 'Attendees',
    },
    amend: amendLegacy,
    admit(operation) {
      if (quotas === 'off' || rates.take(operation)) return;
      const message = `${operation} is used more than ${MEETINGS_RATE} times a second`;
      throw new ApiError(429, 'ThrottlingException', message);
    },
  });
  for (const meeting of records.meetings()) enders.lifetimes.begin(meeting.id, meeting.createdAt);
  return { api, directory: directoryOf(records, enders, tell), close: () => enders.lifetimes.close() };
}

interface Enders {
  lifetimes: Lifetimes;
  endMeeting(meeting: MeetingRecord, why: string): void;
  removeAttendee(attendee: AttendeeRecord): void;
}

/** Creates the functions that delete an attendee or end a meeting. */
function createEnders(
  { clock, log, observer }: ChimeMeetingsOptions,
  records: MeetingRecords,
  tellEvent: TellMeetingEvent,
): Enders {
  const tell = ({ meetingId, id }: AttendeeRecord, why: 'attendee deleted' | 'meeting ended'): void => {
    try {
      observer.onAttendeeRemoved(meetingId, id, why);
    } catch (error) {
      log.error('an attendee was removed, but its leg was not told', { meetingId, error: String(error) });
    }
  };
  const endMeeting = (meeting: MeetingRecord, why: string): void => {
    const attendees = records.attendees(meeting.id);
    records.removeMeeting(meeting);
    lifetimes.forget(meeting.id);
    log.info('a meeting ended', { meetingId: meeting.id, why });
    for (const attendee of attendees) tell(attendee, 'meeting ended');
    tellEvent('chime:MeetingEnded', meeting);
  };
  const lifetimes = createLifetimes(clock, (meetingId, why) => {
    const meeting = records.meeting(meetingId);
    if (meeting) endMeeting(meeting, why);
  });
  return {
    lifetimes,
    endMeeting,
    removeAttendee(attendee) {
      records.removeAttendee(attendee);
      lifetimes.removed(attendee.meetingId, attendee.id);
      tell(attendee, 'attendee deleted');
      const meeting = records.meeting(attendee.meetingId);
      if (meeting) tellEvent('chime:AttendeeDeleted', meeting, { attendee });
    },
  };
}

function tagHandlers(records: MeetingRecords, tags: TagStore): Record<string, OperationHandler> {
  const known = (arn: string, region: string): string => {
    const meeting = records.meetings().find((record) => record.arn === arn);
    if (meeting?.controlRegion === region) return arn;
    throw new ApiError(404, 'ResourceNotFoundException', `There is no resource ${arn} in ${region}`);
  };
  return {
    tagResource: (input: { ResourceARN: string; Tags: Tag[] }, { region }: OperationContext) => {
      tags.tag(known(input.ResourceARN, region), input.Tags);
      return {};
    },
    untagResource: (input: { ResourceARN: string; TagKeys: string[] }, { region }: OperationContext) => {
      tags.untag(known(input.ResourceARN, region), input.TagKeys);
      return {};
    },
    listTagsForResource: (input: { ResourceARN: string }, { region }: OperationContext) => ({
      Tags: tags.list(known(input.ResourceARN, region)),
    }),
  };
}

function mediaOf({ Audio, Video, Content }: Capabilities): AttendeeCapabilities {
  return { audio: Audio, video: Video, content: Content };
}

function directoryOf(
  records: MeetingRecords,
  { lifetimes, endMeeting }: Enders,
  tell: TellMeetingEvent,
): AllMeetings {
  const tellOf = (meetingId: string, attendeeId: string, ...types: MeetingEventType[]): void => {
    const meeting = records.meeting(meetingId);
    const attendee = records.attendee(meetingId, attendeeId);
    if (meeting && attendee) for (const type of types) tell(type, meeting, { attendee });
  };
  return {
    redeem(joinToken, meetingId) {
      const attendee = records.attendeeByToken(joinToken);
      if (!attendee) return undefined;
      if (meetingId !== undefined && meetingId.toLowerCase() !== attendee.meetingId) return undefined;
      const { externalUserId, capabilities } = attendee;
      return {
        meetingId: attendee.meetingId,
        attendeeId: attendee.id,
        externalUserId,
        ...mediaOf(capabilities),
      };
    },
    areAttendees: (meetingId, attendeeIds) =>
      records.meeting(meetingId) !== undefined &&
      attendeeIds.every((id) => records.attendee(meetingId, id) !== undefined),
    exists: (meetingId) => records.meeting(meetingId) !== undefined,
    attendeeConnected(meetingId, attendeeId) {
      lifetimes.connected(meetingId, attendeeId);
      tellOf(meetingId, attendeeId, 'chime:AttendeeAuthorized', 'chime:AttendeeJoined');
    },
    attendeeDisconnected(meetingId, attendeeId) {
      lifetimes.disconnected(meetingId, attendeeId);
      tellOf(meetingId, attendeeId, 'chime:AttendeeLeft');
    },
    everybody: () =>
      records
        .meetings()
        .flatMap(({ id }) => records.attendees(id))
        .map(({ meetingId, id, externalUserId }) => ({ meetingId, attendeeId: id, externalUserId })),
    endAll() {
      for (const meeting of records.meetings()) endMeeting(meeting, 'all meetings were ended');
    },
  };
}
