import {
  type Attendee,
  ChimeSDKMeetingsClient,
  CreateAttendeeCommand,
  CreateMeetingCommand,
  DeleteAttendeeCommand,
  GetAttendeeCommand,
  type Meeting,
  UpdateAttendeeCapabilitiesCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import type { AttendeeAudio } from '#contract';

/** Milliseconds allowed for a connection and for an answer: a caller or an operator is waiting. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 4_000 } as const;

/** A client for the lifetime of the process; its connections are kept. */
export function meetingsClient(): ChimeSDKMeetingsClient {
  return new ChimeSDKMeetingsClient({ maxAttempts: 3, requestHandler: TIMEOUTS });
}

/** The members that the service always returns. */
export type WholeMeeting = Meeting & { MeetingId: string };
export type WholeAttendee = Attendee & { AttendeeId: string; JoinToken: string };

/**
 * What a browser of ours may do. Content may be received only if video may be, so both are off. Source: API
 * reference, AttendeeCapabilities.
 */
const soundOnly = (audio: AttendeeAudio) => ({ Audio: audio, Video: 'None', Content: 'None' }) as const;

/** Meetings of the Amazon Chime SDK, for telephone calls and for the operators' browsers. */
export class ChimeMeetings {
  readonly #client: ChimeSDKMeetingsClient;

  constructor(client: ChimeSDKMeetingsClient) {
    this.#client = client;
  }

  /** Gets the meeting of that token or creates it. All who join an entry send the same members. */
  async meetingOf(token: string, externalMeetingId: string, mediaRegion: string): Promise<WholeMeeting> {
    const { Meeting } = await this.#client.send(
      new CreateMeetingCommand({
        ClientRequestToken: token,
        ExternalMeetingId: externalMeetingId,
        MediaRegion: mediaRegion,
      }),
    );
    return { ...Meeting, MeetingId: required(Meeting?.MeetingId, 'CreateMeeting', 'MeetingId') };
  }

  /** Like `meetingOf`, for callers that need only the id. */
  async getOrCreateMeeting(token: string, externalMeetingId: string, mediaRegion: string): Promise<string> {
    return (await this.meetingOf(token, externalMeetingId, mediaRegion)).MeetingId;
  }

  /** Undefined: the meeting has ended. */
  async createAttendee(
    meetingId: string,
    externalUserId: string,
  ): Promise<{ attendeeId: string; joinToken: string } | undefined> {
    const attendee = await this.#attendee(meetingId, externalUserId);
    return attendee && { attendeeId: attendee.AttendeeId, joinToken: attendee.JoinToken };
  }

  /** Creates an attendee without video and content. Undefined: the meeting has ended. */
  createBrowserAttendee(
    meetingId: string,
    externalUserId: string,
    audio: AttendeeAudio,
  ): Promise<WholeAttendee | undefined> {
    return this.#attendee(meetingId, externalUserId, audio);
  }

  /** Sets whether a browser's attendee may be heard. False: the attendee or the meeting is gone. */
  setBrowserAudio(meetingId: string, attendeeId: string, audio: AttendeeAudio): Promise<boolean> {
    return unlessGone(
      this.#client.send(
        new UpdateAttendeeCapabilitiesCommand({
          MeetingId: meetingId,
          AttendeeId: attendeeId,
          Capabilities: soundOnly(audio),
        }),
      ),
    );
  }

  /** Also ends the attendee's presence. An attendee that is already gone is no error. */
  async deleteAttendee(meetingId: string, attendeeId: string): Promise<void> {
    await unlessGone(
      this.#client.send(new DeleteAttendeeCommand({ MeetingId: meetingId, AttendeeId: attendeeId })),
    );
  }

  /** False: the attendee or its meeting is gone. */
  hasAttendee(meetingId: string, attendeeId: string): Promise<boolean> {
    return unlessGone(
      this.#client.send(new GetAttendeeCommand({ MeetingId: meetingId, AttendeeId: attendeeId })),
    );
  }

  async #attendee(
    meetingId: string,
    externalUserId: string,
    audio?: AttendeeAudio,
  ): Promise<WholeAttendee | undefined> {
    try {
      const { Attendee } = await this.#client.send(
        new CreateAttendeeCommand({
          MeetingId: meetingId,
          ExternalUserId: externalUserId,
          ...(audio === undefined ? {} : { Capabilities: soundOnly(audio) }),
        }),
      );
      return {
        ...Attendee,
        AttendeeId: required(Attendee?.AttendeeId, 'CreateAttendee', 'AttendeeId'),
        JoinToken: required(Attendee?.JoinToken, 'CreateAttendee', 'JoinToken'),
      };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

/** False when the service answers that the named meeting or attendee does not exist. */
async function unlessGone(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'NotFoundException';
}

function required(value: string | undefined, operation: string, member: string): string {
  if (value) return value;
  throw new Error(`${operation} answered without ${member}: the meetings service broke its own contract.`);
}
