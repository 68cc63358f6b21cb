/** The operations on the attendees of a meeting. */
import { byCreation, pageOf } from '../../rest/paging.ts';
import type { OperationContext, OperationHandler } from '../../rest/rest-api.ts';
import { notFound } from '../errors.ts';
import { type AttendeeCreator, type NewAttendee, showAttendee } from './attendee-creator.ts';
import { checkCapabilities } from './capabilities.ts';
import { findMeeting } from './meeting-handlers.ts';
import type { AttendeeRecord, Capabilities, MeetingRecords } from './records.ts';

export interface AttendeeHandlersOptions {
  records: MeetingRecords;
  creator: AttendeeCreator;
  remove(attendee: AttendeeRecord): void;
  /** Called after the attendee's capabilities have changed. */
  changed(attendee: AttendeeRecord): void;
}

interface OfMeeting {
  MeetingId: string;
}
interface OfAttendee extends OfMeeting {
  AttendeeId: string;
}
interface UpdateExcept extends OfMeeting {
  ExcludedAttendeeIds: { AttendeeId: string }[];
  Capabilities: Capabilities;
}

/** Items per page if `max-results` is not given. */
const DEFAULT_PAGE = 100;

export function attendeeHandlers(options: AttendeeHandlersOptions): Record<string, OperationHandler> {
  const { records, creator } = options;
  const get = ({ MeetingId, AttendeeId }: OfAttendee, region: string): AttendeeRecord => {
    const meeting = findMeeting(records, MeetingId, region);
    const found = records.attendee(meeting.id, AttendeeId);
    if (!found) throw notFound(`attendee of meeting ${meeting.id}`, AttendeeId);
    return found;
  };
  return {
    createAttendee: (input: OfMeeting & NewAttendee, { region }: OperationContext) => ({
      Attendee: showAttendee(creator.create(findMeeting(records, input.MeetingId, region), input)),
    }),
    batchCreateAttendee: (input: OfMeeting & { Attendees: NewAttendee[] }, { region }: OperationContext) =>
      creator.createEach(findMeeting(records, input.MeetingId, region), input.Attendees),
    getAttendee: (input: OfAttendee, { region }: OperationContext) => ({
      Attendee: showAttendee(get(input, region)),
    }),
    listAttendees: (
      input: OfMeeting & { MaxResults?: number; NextToken?: string },
      { region }: OperationContext,
    ) => {
      const { id } = findMeeting(records, input.MeetingId, region);
      const key = (attendee: AttendeeRecord): string => byCreation(attendee.createdAt, attendee.id);
      const page = pageOf(records.attendees(id), key, input.MaxResults ?? DEFAULT_PAGE, input.NextToken);
      return { Attendees: page.items.map(showAttendee), NextToken: page.nextToken };
    },
    deleteAttendee: (input: OfAttendee, { region }: OperationContext) => {
      options.remove(get(input, region));
      return undefined;
    },
    updateAttendeeCapabilities: (
      input: OfAttendee & { Capabilities: Capabilities },
      { region }: OperationContext,
    ) => {
      const before = get(input, region);
      checkCapabilities(input.Capabilities, records.meeting(before.meetingId)?.features);
      const after = { ...before, capabilities: input.Capabilities };
      records.putAttendee(after);
      options.changed(after);
      return { Attendee: showAttendee(after) };
    },
    batchUpdateAttendeeCapabilitiesExcept: (input: UpdateExcept, { region }: OperationContext) => {
      const meeting = findMeeting(records, input.MeetingId, region);
      checkCapabilities(input.Capabilities, meeting.features);
      const excluded = new Set(input.ExcludedAttendeeIds.map(({ AttendeeId }) => AttendeeId.toLowerCase()));
      const changed = records
        .attendees(meeting.id)
        .filter(({ id }) => !excluded.has(id))
        .map((attendee) => ({ ...attendee, capabilities: input.Capabilities }));
      records.putAttendees(changed);
      for (const attendee of changed) options.changed(attendee);
      return {};
    },
  };
}
