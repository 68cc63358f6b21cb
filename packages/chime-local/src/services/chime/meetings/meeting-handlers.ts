/** The operations CreateMeeting, GetMeeting and DeleteMeeting. */
import type { Clock, Ids, Log } from '#platform';
import { ApiError } from '../../rest/api-error.ts';
import { byCreation, pageOf } from '../../rest/paging.ts';
import type { OperationContext, OperationHandler } from '../../rest/rest-api.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { QUOTAS, type QuotaMode } from '../quotas.ts';
import type { Tag, TagStore } from '../tags.ts';
import type { AttendeeCreator, NewAttendee } from './attendee-creator.ts';
import { checkExternalId } from './external-id.ts';
import { LIST_MEETINGS_PAGE, NO_EXTERNAL_ID } from './legacy.ts';
import { mediaPlacement } from './media-placement.ts';
import type { MeetingNotifications } from './meeting-events.ts';
import type { MeetingFeatures, MeetingRecord, MeetingRecords } from './records.ts';

/** The Regions that may host a meeting's media. API reference, CreateMeeting. */
const MEDIA_REGIONS: readonly string[] = (
  'af-south-1 ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 ' +
  'eu-north-1 eu-south-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2 ' +
  'us-gov-east-1 us-gov-west-1'
).split(' ');

export interface MeetingHandlersOptions {
  records: MeetingRecords;
  tags: TagStore;
  creator: AttendeeCreator;
  accountId: string;
  mediaBaseUrl: string;
  clock: Clock;
  ids: Ids;
  log: Log;
  quotas: QuotaMode;
  onCreated(meeting: MeetingRecord): void;
  end(meeting: MeetingRecord, why: string): void;
}

interface CreateMeeting {
  ClientRequestToken: string;
  MediaRegion: string;
  ExternalMeetingId: string;
  MeetingHostId?: string;
  MeetingFeatures?: MeetingFeatures;
  NotificationsConfiguration?: MeetingNotifications;
  PrimaryMeetingId?: string;
  TenantIds?: string[];
  Tags?: Tag[];
}

/** Returns a meeting that was created in this Region. Throws `ApiError` 404 if there is none. */
export function findMeeting(records: MeetingRecords, id: string, region: string): MeetingRecord {
  const meeting = records.meeting(id);
  if (meeting?.controlRegion !== region) throw notFound(`meeting in ${region}`, id);
  return meeting;
}

export function meetingHandlers(options: MeetingHandlersOptions): Record<string, OperationHandler> {
  const { records, mediaBaseUrl } = options;
  return {
    createMeeting: (input: CreateMeeting, { region }: OperationContext) => ({
      Meeting: showMeeting(getOrCreate(options, input, region), mediaBaseUrl),
    }),
    createMeetingWithAttendees: async (
      input: CreateMeeting & { Attendees: NewAttendee[] },
      { region }: OperationContext,
    ) => {
      const meeting = getOrCreate(options, input, region);
      const outcome = await options.creator.createEach(meeting, input.Attendees);
      return { Meeting: showMeeting(meeting, mediaBaseUrl), ...outcome };
    },
    getMeeting: (input: { MeetingId: string }, { region }: OperationContext) => ({
      Meeting: showMeeting(findMeeting(records, input.MeetingId, region), mediaBaseUrl),
    }),
    listMeetings: (input: { MaxResults?: number; NextToken?: string }, { region }: OperationContext) => {
      const here = records.meetings().filter((meeting) => meeting.controlRegion === region);
      const key = ({ createdAt, id }: MeetingRecord): string => byCreation(createdAt, id);
      const page = pageOf(here, key, input.MaxResults ?? LIST_MEETINGS_PAGE, input.NextToken);
      return {
        Meetings: page.items.map((meeting) => showMeeting(meeting, mediaBaseUrl)),
        NextToken: page.nextToken,
      };
    },
    deleteMeeting: (input: { MeetingId: string }, { region }: OperationContext) => {
      options.end(findMeeting(records, input.MeetingId, region), 'it was deleted');
      return undefined;
    },
  };
}

/** The same token returns the same meeting as long as that meeting exists. */
function getOrCreate(options: MeetingHandlersOptions, input: CreateMeeting, region: string): MeetingRecord {
  const existing = options.records.meetingByRequestToken(input.ClientRequestToken, region);
  if (existing) {
    const same = existing.externalMeetingId.toLowerCase() === input.ExternalMeetingId.toLowerCase();
    if (same && existing.mediaRegion === input.MediaRegion) return existing;
    throw conflict(
      `The ClientRequestToken made meeting ${existing.id} with another ExternalMeetingId or MediaRegion`,
    );
  }
  return create(options, input, region);
}

function create(options: MeetingHandlersOptions, input: CreateMeeting, region: string): MeetingRecord {
  checkNew(options, input);
  const id = options.ids.guid();
  const meeting: MeetingRecord = {
    id,
    arn: `arn:aws:chime:${region}:${options.accountId}:meeting/${id}`,
    controlRegion: region,
    clientRequestToken: input.ClientRequestToken,
    externalMeetingId: input.ExternalMeetingId,
    mediaRegion: input.MediaRegion,
    meetingHostId: input.MeetingHostId,
    features: input.MeetingFeatures,
    tenantIds: input.TenantIds,
    notifications: input.NotificationsConfiguration,
    createdAt: options.clock.now(),
  };
  options.records.journal.atomically(() => {
    options.records.putMeeting(meeting);
    options.tags.tag(meeting.arn, input.Tags ?? []);
  });
  options.onCreated(meeting);
  return meeting;
}

function checkNew({ records, quotas }: MeetingHandlersOptions, input: CreateMeeting): void {
  if (input.ExternalMeetingId !== NO_EXTERNAL_ID) {
    checkExternalId('ExternalMeetingId', input.ExternalMeetingId);
  }
  if (!MEDIA_REGIONS.includes(input.MediaRegion)) {
    throw badRequest(`MediaRegion "${input.MediaRegion}" is none of ${MEDIA_REGIONS.join(', ')}`);
  }
  if (input.PrimaryMeetingId !== undefined) {
    throw badRequest('PrimaryMeetingId: replica meetings are not served by this runtime; leave it out');
  }
  const features = input.MeetingFeatures;
  const large = features?.Video?.MaxResolution === 'FHD' || features?.Content?.MaxResolution === 'UHD';
  if (large && features?.Attendee?.MaxCount === undefined) {
    throw badRequest('MeetingFeatures.Attendee.MaxCount is missing: FHD video and UHD content need it');
  }
  if (quotas === 'aws' && records.meetings().length >= QUOTAS.concurrentMeetings) {
    const message = `There are ${QUOTAS.concurrentMeetings} meetings, which is the account's quota`;
    throw new ApiError(400, 'LimitExceededException', message);
  }
}

function showMeeting(meeting: MeetingRecord, mediaBaseUrl: string): object {
  return {
    MeetingId: meeting.id,
    MeetingHostId: meeting.meetingHostId,
    ExternalMeetingId: meeting.externalMeetingId === NO_EXTERNAL_ID ? undefined : meeting.externalMeetingId,
    MediaRegion: meeting.mediaRegion,
    MediaPlacement: mediaPlacement(mediaBaseUrl, meeting.id),
    MeetingFeatures: meeting.features,
    TenantIds: meeting.tenantIds,
    MeetingArn: meeting.arn,
  };
}
