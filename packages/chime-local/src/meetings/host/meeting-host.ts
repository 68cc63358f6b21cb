import { Attendance, type AttendanceOutput } from '#attendance';
import type { AttendeeCapabilities, MeetingDirectory } from '#aws';
import type { AttendeeLevel, MediaEdge } from '#media-edge';
import type { Admission, ClientConnection, Rejection, Signalling, SignallingHandler } from '#signalling';
import {
  attendeeOf,
  CONTENT_SUFFIX,
  contentIdOf,
  mayShareContent,
  videoRights,
} from './video-capabilities.ts';

/** The parts that a meeting host works with. */
export interface MeetingHostParts {
  directory: MeetingDirectory;
  media: Pick<MediaEdge, 'joinMeeting' | 'leaveMeeting' | 'setMuted' | 'setDeaf' | 'watchLevels'>;
  signalling: Pick<Signalling, 'tellRoster' | 'tellChanges' | 'tellLevels' | 'setVideoRights' | 'end'>;
  /**
   * The telephone leg has lost its place in the meeting: its attendee was removed, or has joined with another
   * leg or client.
   */
  letGo(legId: string): void;
  /** Told of every seat that is taken or given up, and of mutes. */
  seen?: MeetingWatch;
}

/** An attendee's place in a meeting. */
export interface Seat {
  meetingId: string;
  attendeeId: string;
}

/** Observes the attendees who are in meetings. */
export interface MeetingWatch {
  seated(legId: string, seat: Seat): void;
  unseated(legId: string, seat: Seat): void;
  muted(seat: Seat, muted: boolean): void;
}

/**
 * The most content shares at once in a meeting (Amazon Chime SDK service quotas). One more is refused with
 * 409, which the client turns into `AudioCallAtCapacity`.
 */
const MAX_CONTENT_SHARES = 2;

/** Why attendees cannot be muted, in the service's words. */
export type MuteFailure = 'no such meeting' | 'not attendees of it';

type Arrived = { meetingId: string; attendeeId: string };

/** A client that was let in. */
interface Admitted extends Arrived {
  /** The attendee's token, even if the connection shares content. */
  joinToken: string;
  /** For a content connection: the attendee who shares. */
  contentOf?: string;
}

/**
 * Brings telephone legs and meeting clients together: asks `Attendance` what follows from an event, and
 * carries it out in the mixer, at the clients, and in the directory, which ends meetings that stay empty.
 */
export class MeetingHost implements SignallingHandler {
  readonly #parts: MeetingHostParts;
  readonly #attendance = new Attendance();
  /** Clients that were let in, whether their sound flows already or not. */
  readonly #admitted = new Map<string, Admitted>();

  constructor(parts: MeetingHostParts) {
    this.#parts = parts;
  }

  /** JoinChimeMeeting. @returns undefined if the token is invalid, or belongs to another meeting. */
  joinTelephone(legId: string, joinToken: string, meetingId?: string): Arrived | undefined {
    const ticket = this.#parts.directory.redeem(joinToken, meetingId);
    if (!ticket) return undefined;
    this.#carryOut(this.#attendance.arrive({ legId, kind: 'telephone', selfMuted: false, ...ticket }));
    return { meetingId: ticket.meetingId, attendeeId: ticket.attendeeId };
  }

  /** Removes a telephone from its meeting. Does nothing if it is in none. */
  leaveTelephone(legId: string): void {
    this.#carryOut(this.#attendance.depart(legId, false));
  }

  /** ModifyChimeMeetingAttendees. Nothing is changed on failure. */
  setMuted(meetingId: string, attendeeIds: string[], muted: boolean): MuteFailure | undefined {
    const { directory } = this.#parts;
    if (!directory.exists(meetingId)) return 'no such meeting';
    if (!directory.areAttendees(meetingId, attendeeIds)) return 'not attendees of it';
    this.#carryOut(this.#attendance.muteByService(meetingId, attendeeIds, muted));
    return undefined;
  }

  /** UpdateAttendeeCapabilities. */
  capabilitiesChanged(meetingId: string, attendeeId: string, capabilities: AttendeeCapabilities): void {
    this.#carryOut(this.#attendance.setCapability(meetingId, attendeeId, capabilities.audio));
    for (const [legId, client] of this.#connectionsOf(meetingId, attendeeId)) {
      if (client.contentOf === undefined)
        this.#parts.signalling.setVideoRights(legId, videoRights(capabilities));
      else if (!mayShareContent(capabilities)) this.#sendAway(legId, 411);
    }
  }

  /** DeleteAttendee, DeleteMeeting, or the meeting ended by itself. */
  attendeeRemoved(meetingId: string, attendeeId: string, why: 'attendee deleted' | 'meeting ended'): void {
    const present = this.#attendance.presenceOf(meetingId, attendeeId);
    if (present !== undefined && !this.#admitted.has(present)) {
      this.#carryOut(this.#attendance.depart(present, false));
      this.#parts.letGo(present);
    }
    for (const [legId] of this.#connectionsOf(meetingId, attendeeId))
      this.#sendAway(legId, why === 'meeting ended' ? 410 : 411);
  }

  /** Passes on the mixer's levels, for the meetings that clients are in. */
  levels(meetingId: string, levels: readonly AttendeeLevel[]): void {
    const known = levels.flatMap(({ attendeeId, volume }) => {
      const streamId = this.#attendance.streamOf(meetingId, attendeeId);
      return streamId === undefined ? [] : [{ streamId, volume }];
    });
    for (const client of this.#attendance.clients(meetingId))
      this.#parts.signalling.tellLevels(client, known);
  }

  /**
   * Nothing has come from the client for a long time, though it has not left: it is told to connect again.
   */
  clientLost(legId: string): void {
    if (!this.#admitted.has(legId)) return;
    this.departed(legId, 'dropped');
    this.#parts.signalling.end(legId, 503);
  }

  /**
   * The mixer and everybody's sound are gone: clients are told to connect again. Telephones are hung up
   * elsewhere.
   */
  everybodyLost(): void {
    for (const legId of [...this.#admitted.keys()]) this.clientLost(legId);
  }

  admit({ legId, meetingId, joinToken }: ClientConnection): Admission | Rejection {
    const { directory } = this.#parts;
    const isContent = joinToken.endsWith(CONTENT_SUFFIX);
    const attendeesToken = isContent ? joinToken.slice(0, -CONTENT_SUFFIX.length) : joinToken;
    const ticket = directory.redeem(attendeesToken, meetingId);
    if (!ticket)
      return directory.exists(meetingId)
        ? { status: 403, description: 'The join token is not one of this meeting.' }
        : { status: 410, description: 'There is no such meeting, or it has ended.' };
    const { attendeeId, externalUserId } = ticket;
    const arriving = { meetingId: ticket.meetingId, joinToken: attendeesToken };
    if (!isContent) {
      this.#admitted.set(legId, { ...arriving, attendeeId });
      return { attendeeId, externalUserId, video: videoRights(ticket) };
    }
    if (!mayShareContent(ticket))
      return { status: 403, description: 'The attendee has no capability to send content.' };
    if (this.#othersSharing(ticket.meetingId, attendeeId) >= MAX_CONTENT_SHARES)
      return { status: 409, description: `${MAX_CONTENT_SHARES} attendees share content already.` };
    const content = { attendeeId: contentIdOf(attendeeId), contentOf: attendeeId };
    this.#admitted.set(legId, { ...arriving, ...content });
    const video = { send: true, receiveCameras: false, receiveContent: false };
    return { ...content, externalUserId, video };
  }

  arrived(legId: string, audio: { muted: boolean }): void {
    const client = this.#admitted.get(legId);
    // The attendee's capabilities may have changed since it was admitted.
    const ticket = client && this.#parts.directory.redeem(client.joinToken, client.meetingId);
    if (!ticket) return;
    const { attendeeId, contentOf } = client;
    this.#carryOut(
      this.#attendance.arrive({
        ...{ meetingId: ticket.meetingId, attendeeId, externalUserId: ticket.externalUserId },
        legId,
        kind: 'client',
        selfMuted: audio.muted,
        // A content connection does not hear anything.
        audio: contentOf === undefined ? ticket.audio : 'Send',
      }),
    );
  }

  selfMuted(legId: string, muted: boolean): void {
    this.#carryOut(this.#attendance.muteSelf(legId, muted));
  }

  departed(legId: string, how: 'left' | 'dropped'): void {
    const client = this.#admitted.get(legId);
    this.#admitted.delete(legId);
    this.#carryOut(this.#attendance.depart(legId, how === 'dropped'));
    // A lost attendee comes back, and its content has a connection of its own.
    if (!client || client.contentOf !== undefined || how === 'dropped') return;
    const contentId = contentIdOf(client.attendeeId);
    for (const [content, { attendeeId }] of this.#connectionsOf(client.meetingId, client.attendeeId))
      if (attendeeId === contentId) this.#sendAway(content, 411);
  }

  /** How many others share content. An attendee who returns after a lost connection keeps its own place. */
  #othersSharing(meetingId: string, attendeeId: string): number {
    const sharing = [...this.#admitted.values()].filter((client) => client.meetingId === meetingId);
    const sharers = new Set(sharing.flatMap(({ contentOf }) => contentOf ?? []));
    sharers.delete(attendeeId);
    return sharers.size;
  }

  /** The attendee's admitted clients, including its content's. */
  #connectionsOf(meetingId: string, attendeeId: string): [string, Admitted][] {
    return [...this.#admitted].filter(
      ([, client]) => client.meetingId === meetingId && attendeeOf(client.attendeeId) === attendeeId,
    );
  }

  #sendAway(legId: string, status: 410 | 411): void {
    this.#carryOut(this.#attendance.depart(legId, false));
    this.#admitted.delete(legId);
    this.#parts.signalling.end(legId, status);
  }

  #carryOut(outputs: readonly AttendanceOutput[]): void {
    for (const output of outputs) this.#carryOutOne(output);
  }

  #carryOutOne(output: AttendanceOutput): void {
    const { directory, media, signalling, seen } = this.#parts;
    switch (output.kind) {
      case 'seat': {
        const { legId, meetingId, attendeeId, muted, deaf } = output;
        const unheardBy = this.#admitted.get(legId)?.contentOf;
        const seat = { meetingId, attendeeId, muted };
        media.joinMeeting(legId, unheardBy === undefined ? seat : { ...seat, unheardBy });
        if (deaf) media.setDeaf(meetingId, [attendeeId], true);
        directory.attendeeConnected(meetingId, attendeeId);
        seen?.seated(legId, { meetingId, attendeeId });
        break;
      }
      case 'unseat':
        media.leaveMeeting(output.legId);
        directory.attendeeDisconnected(output.meetingId, output.attendeeId);
        seen?.unseated(output.legId, output);
        break;
      case 'replaced':
        if (this.#admitted.delete(output.legId)) signalling.end(output.legId, 301);
        else this.#parts.letGo(output.legId);
        break;
      case 'mute':
        media.setMuted(output.meetingId, [output.attendeeId], output.muted);
        seen?.muted(output, output.muted);
        break;
      case 'deafen':
        media.setDeaf(output.meetingId, [output.attendeeId], output.deaf);
        break;
      case 'roster':
        signalling.tellRoster(output.legId, output.entries);
        break;
      case 'changes':
        for (const client of output.legIds) signalling.tellChanges(client, output.changes);
        break;
      case 'watch-levels':
        media.watchLevels(output.meetingId, output.watched);
    }
  }
}
