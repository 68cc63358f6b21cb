import {
  type ChimeSDKMeetingsClient,
  CreateAttendeeCommand,
  CreateMeetingCommand,
  DeleteAttendeeCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import type { Meetings } from './ports.ts';

/** Meetings of Amazon Chime SDK. */
export class ChimeMeetings implements Meetings {
  readonly #client: ChimeSDKMeetingsClient;

  constructor(client: ChimeSDKMeetingsClient) {
    this.#client = client;
  }

  async getOrCreateMeeting(token: string, externalMeetingId: string, mediaRegion: string): Promise<string> {
    const { Meeting } = await this.#client.send(
      new CreateMeetingCommand({
        ClientRequestToken: token,
        ExternalMeetingId: externalMeetingId,
        MediaRegion: mediaRegion,
      }),
    );
    return required(Meeting?.MeetingId, 'CreateMeeting', 'MeetingId');
  }

  async createAttendee(
    meetingId: string,
    externalUserId: string,
  ): Promise<{ attendeeId: string; joinToken: string } | undefined> {
    try {
      const { Attendee } = await this.#client.send(
        new CreateAttendeeCommand({ MeetingId: meetingId, ExternalUserId: externalUserId }),
      );
      return {
        attendeeId: required(Attendee?.AttendeeId, 'CreateAttendee', 'AttendeeId'),
        joinToken: required(Attendee?.JoinToken, 'CreateAttendee', 'JoinToken'),
      };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async deleteAttendee(meetingId: string, attendeeId: string): Promise<void> {
    try {
      await this.#client.send(new DeleteAttendeeCommand({ MeetingId: meetingId, AttendeeId: attendeeId }));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'NotFoundException';
}

function required(value: string | undefined, operation: string, member: string): string {
  if (value) return value;
  throw new Error(`${operation} answered without ${member}: the meetings service broke its own contract.`);
}
