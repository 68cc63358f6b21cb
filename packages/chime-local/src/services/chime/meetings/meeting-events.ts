/** What the service tells of meetings: to EventBridge, and to whom CreateMeeting names. DG: "Meeting lifecycle events". */
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

/** CreateMeeting, NotificationsConfiguration. */
export interface MeetingNotifications {
  LambdaFunctionArn?: string;
  SnsTopicArn?: string;
  SqsQueueArn?: string;
}

/** An event, and where it goes besides EventBridge. */
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

/** Events that are about a connection name its transport; the documents know no other. */
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
