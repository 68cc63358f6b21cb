/** The stored state of Chime SDK Meetings: meetings, their attendees, and the owner of each join token. */
import type { MediaCapability } from '#attendance';
import type { Collection, Journal } from '#platform';
import type { Tag } from '../tags.ts';
import type { MeetingNotifications } from './meeting-events.ts';

export interface Capabilities {
  Audio: MediaCapability;
  Video: MediaCapability;
  Content: MediaCapability;
}

export interface MeetingFeatures {
  Audio?: { EchoReduction?: 'AVAILABLE' | 'UNAVAILABLE' };
  Video?: { MaxResolution?: 'None' | 'HD' | 'FHD' };
  Content?: { MaxResolution?: 'None' | 'FHD' | 'UHD' };
  Attendee?: { MaxCount?: number };
}

export interface MeetingRecord {
  id: string;
  arn: string;
  /** The Region of the endpoint that created the meeting. Only that endpoint manages it. */
  controlRegion: string;
  clientRequestToken: string;
  externalMeetingId: string;
  mediaRegion: string;
  meetingHostId?: string | undefined;
  features?: MeetingFeatures | undefined;
  tenantIds?: string[] | undefined;
  notifications?: MeetingNotifications | undefined;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

export interface AttendeeRecord {
  id: string;
  meetingId: string;
  externalUserId: string;
  joinToken: string;
  capabilities: Capabilities;
  createdAt: number;
}

/** The records and the indexes by which they are found. */
export class MeetingRecords {
  readonly journal: Journal;
  readonly tags: Collection<Tag[]>;
  readonly #meetings: Collection<MeetingRecord>;
  readonly #attendees: Collection<AttendeeRecord>;
  readonly #byMeeting = new Map<string, Map<string, AttendeeRecord>>();
  readonly #byToken = new Map<string, AttendeeRecord>();

  constructor(journal: Journal) {
    this.journal = journal;
    this.#meetings = journal.collection('meetings.meetings');
    this.#attendees = journal.collection('meetings.attendees');
    this.tags = journal.collection('meetings.tags');
    for (const attendee of this.#attendees.values()) this.#index(attendee);
  }

  meetings(): MeetingRecord[] {
    return this.#meetings.values();
  }

  meeting(id: string): MeetingRecord | undefined {
    return this.#meetings.get(id.toLowerCase());
  }

  meetingByRequestToken(token: string, controlRegion: string): MeetingRecord | undefined {
    return this.#meetings
      .values()
      .find((meeting) => meeting.clientRequestToken === token && meeting.controlRegion === controlRegion);
  }

  attendees(meetingId: string): AttendeeRecord[] {
    return [...(this.#byMeeting.get(meetingId)?.values() ?? [])];
  }

  countAttendees(meetingId: string): number {
    return this.#byMeeting.get(meetingId)?.size ?? 0;
  }

  attendee(meetingId: string, attendeeId: string): AttendeeRecord | undefined {
    return this.#byMeeting.get(meetingId.toLowerCase())?.get(attendeeId.toLowerCase());
  }

  attendeeByExternalUserId(meetingId: string, externalUserId: string): AttendeeRecord | undefined {
    return this.attendees(meetingId).find((attendee) => attendee.externalUserId === externalUserId);
  }

  attendeeByToken(joinToken: string): AttendeeRecord | undefined {
    return this.#byToken.get(joinToken);
  }

  putMeeting(meeting: MeetingRecord): void {
    this.#meetings.set(meeting.id, meeting);
  }

  putAttendee(attendee: AttendeeRecord): void {
    this.#attendees.set(attendee.id, attendee);
    this.#index(attendee);
  }

  /** Changes several attendees atomically. */
  putAttendees(attendees: AttendeeRecord[]): void {
    this.journal.atomically(() => {
      for (const attendee of attendees) this.#attendees.set(attendee.id, attendee);
    });
    for (const attendee of attendees) this.#index(attendee);
  }

  removeAttendee(attendee: AttendeeRecord): void {
    this.#attendees.delete(attendee.id);
    this.#byToken.delete(attendee.joinToken);
    this.#byMeeting.get(attendee.meetingId)?.delete(attendee.id);
  }

  /** Removes the meeting with its attendees and tags. */
  removeMeeting(meeting: MeetingRecord): void {
    this.journal.atomically(() => {
      this.#meetings.delete(meeting.id);
      for (const attendee of this.attendees(meeting.id)) this.#attendees.delete(attendee.id);
      this.tags.delete(meeting.arn);
    });
    for (const attendee of this.attendees(meeting.id)) this.#byToken.delete(attendee.joinToken);
    this.#byMeeting.delete(meeting.id);
  }

  #index(attendee: AttendeeRecord): void {
    let roster = this.#byMeeting.get(attendee.meetingId);
    if (!roster) {
      roster = new Map();
      this.#byMeeting.set(attendee.meetingId, roster);
    }
    roster.set(attendee.id, attendee);
    this.#byToken.set(attendee.joinToken, attendee);
  }
}
