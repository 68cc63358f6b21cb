/**
 * Creates attendees: a single one, or a list of them with a separate error for each attendee that cannot be
 * created.
 */
import { MAX_ATTENDEES_PER_MEETING } from 'pstn-audio';
import type { Clock, Ids } from '#platform';
import type { Violation } from '../../model/input-checker.ts';
import { ApiError } from '../../rest/api-error.ts';
import { badRequest } from '../errors.ts';
import { checkCapabilities, defaultCapabilities } from './capabilities.ts';
import { checkExternalId } from './external-id.ts';
import type { AttendeeRecord, Capabilities, MeetingRecord, MeetingRecords } from './records.ts';

export interface NewAttendee {
  ExternalUserId: string;
  Capabilities?: Capabilities;
}

export interface CreationOutcome {
  Attendees: object[];
  Errors: { ExternalUserId?: string | undefined; ErrorCode: string; ErrorMessage: string }[];
}

export interface AttendeeCreator {
  /** Returns the attendee with that ExternalUserId and creates it if it does not exist. Throws `ApiError`. */
  create(meeting: MeetingRecord, wanted: NewAttendee): AttendeeRecord;
  createEach(meeting: MeetingRecord, wanted: NewAttendee[]): Promise<CreationOutcome>;
}

export interface AttendeeCreatorOptions {
  records: MeetingRecords;
  clock: Clock;
  ids: Ids;
  /** Called after an attendee has been created. */
  onCreated(meeting: MeetingRecord, attendee: AttendeeRecord): void;
  /** Checks one item of a list against the model. */
  checkItem(item: Record<string, unknown>): Promise<Violation>;
}

export function createAttendeeCreator(options: AttendeeCreatorOptions): AttendeeCreator {
  const create = (meeting: MeetingRecord, wanted: NewAttendee): AttendeeRecord => {
    const existing = options.records.attendeeByExternalUserId(meeting.id, wanted.ExternalUserId);
    if (existing) return existing;
    const attendee = createAttendeeItem(options, meeting, wanted);
    options.records.putAttendee(attendee);
    options.onCreated(meeting, attendee);
    return attendee;
  };
  return {
    create,
    async createEach(meeting, wanted) {
      const outcome: CreationOutcome = { Attendees: [], Errors: [] };
      for (const item of wanted) {
        const violation = await options.checkItem(item as unknown as Record<string, unknown>);
        try {
          if (violation) throw badRequest(violation);
          outcome.Attendees.push(showAttendee(create(meeting, item)));
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          outcome.Errors.push({
            ExternalUserId: typeof item.ExternalUserId === 'string' ? item.ExternalUserId : undefined,
            ErrorCode: error.code.replace(/Exception$/, ''),
            ErrorMessage: error.message,
          });
        }
      }
      return outcome;
    },
  };
}

function createAttendeeItem(
  { records, clock, ids }: AttendeeCreatorOptions,
  meeting: MeetingRecord,
  wanted: NewAttendee,
): AttendeeRecord {
  checkExternalId('ExternalUserId', wanted.ExternalUserId);
  if (wanted.Capabilities) checkCapabilities(wanted.Capabilities, meeting.features);
  const most = meeting.features?.Attendee?.MaxCount ?? MAX_ATTENDEES_PER_MEETING;
  if (records.countAttendees(meeting.id) >= most) {
    throw new ApiError(
      400,
      'LimitExceededException',
      `Meeting ${meeting.id} has ${most} attendees and takes no more`,
    );
  }
  const id = ids.guid();
  return {
    id,
    meetingId: meeting.id,
    externalUserId: wanted.ExternalUserId,
    joinToken: createJoinToken(id, ids),
    capabilities: wanted.Capabilities ?? defaultCapabilities(meeting.features),
    createdAt: clock.now(),
  };
}

/**
 * Base64 of `attendeeId:secret` without padding. For this text Base64 yields only letters and digits, so the
 * token can be used wherever HTTP allows a token (RFC 9110 §5.6.2), for example as the name of a WebSocket
 * subprotocol. The secret has 122 random bits.
 */
function createJoinToken(attendeeId: string, ids: Ids): string {
  return Buffer.from(`${attendeeId}:${ids.guid()}`).toString('base64url');
}

export function showAttendee(attendee: AttendeeRecord): object {
  return {
    ExternalUserId: attendee.externalUserId,
    AttendeeId: attendee.id,
    JoinToken: attendee.joinToken,
    Capabilities: attendee.capabilities,
  };
}
