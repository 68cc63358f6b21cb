/**
 * The events that the service sends about meetings, to EventBridge and to the targets that CreateMeeting
 * names. DG: "Meeting lifecycle events".
 */
import { NO_EXTERNAL_ID } from './legacy.ts';
import type { AttendeeRecord, MeetingRecord } from './records.ts';

export type MeetingEventType =
  | 'chime:MeetingStarted'
  | 'chime:MeetingEnded'
  | 'chime:AttendeeAdded'
  | 'chime:AttendeeDeleted'
  | 'chime:AttendeeAuthorized'
  | 'chime:AttendeeJoined'
  | 'chime:AttendeeLeft'
  | 'chime:TranscriptionStarted'
  | 'chime:TranscriptionStopped';

/** The member NotificationsConfiguration of CreateMeeting. */
export interface MeetingNotifications {
  LambdaFunctionArn?: string;
  SnsTopicArn?: string;
  SqsQueueArn?: string;
}

/** An event and its targets other than EventBridge. */
export interface MeetingEvent {
  meetingArn: string;
  notifications: MeetingNotifications | undefined;
  source: 'aws.chime';
  'detail-type': 'Chime Meeting State Change';
  detail: Readonly<Record<string, unknown>>;
}

export type TellMeetingEvent = (
  eventType: MeetingEventType,
  meeting: MeetingRecord,
  about?: { attendee?: AttendeeRecord; detail?: object },
) => void;

/** Only the events about a connection name its transport; the documentation shows it in no others. */
const CONNECTIONS: readonly MeetingEventType[] = ['chime:AttendeeJoined', 'chime:AttendeeLeft'];

export function meetingEvent(
  eventType: MeetingEventType,
  meeting: MeetingRecord,
  now: number,
  { attendee, detail }: { attendee?: AttendeeRecord; detail?: object } = {},
): MeetingEvent {
  const { id, arn, externalMeetingId, mediaRegion, notifications } = meeting;
  return {
    meetingArn: arn,
    notifications,
    source: 'aws.chime',
    'detail-type': 'Chime Meeting State Change',
    detail: {
      version: '0',
      eventType,
      timestamp: now,
      meetingId: id,
      ...(externalMeetingId === NO_EXTERNAL_ID ? {} : { externalMeetingId }),
      ...(attendee ? { attendeeId: attendee.id, externalUserId: attendee.externalUserId } : {}),
      ...(CONNECTIONS.includes(eventType) ? { networkType: 'Voip' } : {}),
      mediaRegion,
      ...detail,
    },
  };
}
