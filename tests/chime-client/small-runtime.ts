import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AttendeeCapabilities } from '#aws';
import { type MediaEdge, startMediaEdge } from '#media-edge';
import { MeetingHost } from '#meeting-host';
import { createLog, systemClock, systemIds } from '#platform';
import { type Signalling, startSignalling } from '#signalling';
import type { MeetingToJoin } from '../../testkit/chime-client/page-contract.ts';

const EVERYTHING: AttendeeCapabilities = {
  audio: 'SendReceive',
  video: 'SendReceive',
  content: 'SendReceive',
};

/** The parts of the runtime that meeting clients deal with: signalling, meeting host and media thread. */
export class SmallRuntime {
  readonly meetingId = systemIds.guid();
  readonly logged: string[] = [];
  readonly #attendees = new Map<
    string,
    { attendeeId: string; externalUserId: string } & AttendeeCapabilities
  >();
  readonly #tokens: string[] = [];
  readonly #server = createServer((_, response) => response.end());
  media!: MediaEdge;
  meetings!: MeetingHost;
  signalling!: Signalling;

  static async start(): Promise<SmallRuntime> {
    const runtime = new SmallRuntime();
    await runtime.#start();
    return runtime;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/control/${this.meetingId}`;
  }

  /** What CreateMeeting and CreateAttendee would have returned. */
  attendee(
    name: string,
    signalingUrl = this.url,
    capabilities: Partial<AttendeeCapabilities> = {},
  ): MeetingToJoin & { id: string } {
    const attendeeId = systemIds.guid();
    const joinToken = systemIds.hex(24);
    this.#attendees.set(joinToken, { attendeeId, externalUserId: name, ...EVERYTHING, ...capabilities });
    this.#tokens.push(joinToken);
    return {
      id: attendeeId,
      meeting: {
        MeetingId: this.meetingId,
        MediaPlacement: { AudioHostUrl: 'here', SignalingUrl: signalingUrl },
      },
      attendee: { AttendeeId: attendeeId, ExternalUserId: name, JoinToken: joinToken },
    };
  }

  /** What UpdateAttendeeCapabilities does. */
  setCapabilities(attendeeId: string, change: Partial<AttendeeCapabilities>): void {
    for (const attendee of this.#attendees.values()) {
      if (attendee.attendeeId !== attendeeId) continue;
      Object.assign(attendee, change);
      this.meetings.capabilitiesChanged(this.meetingId, attendeeId, attendee);
    }
  }

  /** All join tokens so far. */
  tokens(): readonly string[] {
    return this.#tokens;
  }

  /** What DeleteAttendee does or, with `meeting ended`, DeleteMeeting. */
  remove(attendeeId: string, why: 'attendee deleted' | 'meeting ended' = 'attendee deleted'): void {
    for (const [token, attendee] of this.#attendees)
      if (attendee.attendeeId === attendeeId) this.#attendees.delete(token);
    this.meetings.attendeeRemoved(this.meetingId, attendeeId, why);
  }

  endMeeting(): void {
    for (const { attendeeId } of [...this.#attendees.values()]) this.remove(attendeeId, 'meeting ended');
  }

  async close(): Promise<void> {
    await this.signalling.close();
    await this.media.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #start(): Promise<void> {
    const log = createLog((level, _, text, fields) => {
      this.logged.push(`${level} ${text} ${JSON.stringify(fields ?? {})}`);
    });
    this.media = await startMediaEdge({ address: '127.0.0.1' });
    this.media.observe({
      onDigit: () => {},
      onPlaybackFinished: () => {},
      onSpeaking: () => {},
      onLevels: (meetingId, levels) => this.meetings.levels(meetingId, levels),
      onTransportUp: (legId) => this.signalling.transportUp(legId),
      onTransportDown: (legId, reason) => this.signalling.transportDown(legId, reason),
      onMediaLost: (legId) => this.meetings.clientLost(legId),
      onFatal: (error) => log.error(error.message),
    });
    this.meetings = this.#createMeetings();
    this.signalling = startSignalling(
      {},
      { media: this.media, handler: this.meetings, clock: systemClock, ids: systemIds, log },
    );
    this.#server.on('upgrade', (request, socket, head) =>
      this.signalling.acceptWebSocket(request, socket, head, this.meetingId),
    );
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #createMeetings(): MeetingHost {
    return new MeetingHost({
      directory: {
        redeem: (token) => {
          const found = this.#attendees.get(token);
          return found && { meetingId: this.meetingId, ...found };
        },
        areAttendees: () => true,
        exists: () => this.#attendees.size > 0,
        attendeeConnected: () => {},
        attendeeDisconnected: () => {},
      },
      media: this.media,
      signalling: {
        tellRoster: (id, entries) => this.signalling.tellRoster(id, entries),
        tellChanges: (id, changes) => this.signalling.tellChanges(id, changes),
        setVideoRights: (id, rights) => this.signalling.setVideoRights(id, rights),
        tellLevels: (id, levels) => this.signalling.tellLevels(id, levels),
        end: (id, status) => this.signalling.end(id, status),
      },
      letGo: () => {},
    });
  }
}
