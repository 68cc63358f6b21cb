import {
  type Arrival,
  type AttendanceOutput,
  type MediaCapability,
  mayReceive,
  maySend,
  type RosterChange,
  type RosterEntry,
} from './presence.ts';

/** An attendee who is present. */
interface Presence extends Arrival {
  streamId: number;
  serviceMuted: boolean;
}

const isMuted = ({ selfMuted, serviceMuted, audio }: Presence): boolean =>
  selfMuted || serviceMuted || !maySend(audio);

const entryOf = (presence: Presence): RosterEntry => ({
  streamId: presence.streamId,
  attendeeId: presence.attendeeId,
  externalUserId: presence.externalUserId,
  muted: isMuted(presence),
});

/** Who is present in one meeting. */
export class MeetingAttendance {
  readonly meetingId: string;
  readonly #byPresence = new Map<string, Presence>();
  readonly #byAttendee = new Map<string, Presence>();
  #lastStreamId = 0;

  constructor(meetingId: string) {
    this.meetingId = meetingId;
  }

  get size(): number {
    return this.#byPresence.size;
  }

  presenceOf(attendeeId: string): string | undefined {
    return this.#byAttendee.get(attendeeId)?.legId;
  }

  streamOf(attendeeId: string): number | undefined {
    return this.#byAttendee.get(attendeeId)?.streamId;
  }

  roster(): RosterEntry[] {
    return [...this.#byPresence.values()].map(entryOf);
  }

  clients(): string[] {
    return [...this.#byPresence.values()].filter(({ kind }) => kind === 'client').map((one) => one.legId);
  }

  /** Adds a presence. A mute by the service outlasts a replacement, because the attendee has not left. */
  add(arrival: Arrival): { replaced: string | undefined; outputs: AttendanceOutput[] } {
    const before = this.#byAttendee.get(arrival.attendeeId);
    const outputs: AttendanceOutput[] = [];
    if (before) {
      outputs.push(...this.#take(before, false));
      outputs.push({ kind: 'replaced', legId: before.legId, by: arrival.kind });
    }
    const presence: Presence = {
      streamId: ++this.#lastStreamId,
      ...arrival,
      serviceMuted: before?.serviceMuted ?? false,
    };
    const hadClients = this.clients().length > 0;
    this.#byPresence.set(presence.legId, presence);
    this.#byAttendee.set(presence.attendeeId, presence);
    const { legId, meetingId, attendeeId, audio } = presence;
    const seat = { legId, meetingId, attendeeId, muted: isMuted(presence), deaf: !mayReceive(audio) };
    outputs.push({ kind: 'seat', ...seat });
    if (arrival.kind === 'client') {
      outputs.push({ kind: 'roster', legId, entries: this.roster() });
      if (!hadClients) outputs.push({ kind: 'watch-levels', meetingId, watched: true });
    }
    outputs.push(...this.#tell([{ kind: 'present', entry: entryOf(presence) }], legId));
    return { replaced: before?.legId, outputs };
  }

  remove(legId: string, dropped: boolean): AttendanceOutput[] {
    const presence = this.#byPresence.get(legId);
    return presence ? this.#take(presence, dropped) : [];
  }

  /** Removes a leg that continues elsewhere; the owner of the leg is told. */
  removeReplaced(legId: string): AttendanceOutput[] {
    const presence = this.#byPresence.get(legId);
    if (!presence) return [];
    return [...this.#take(presence, false), { kind: 'replaced', legId, by: presence.kind }];
  }

  muteSelf(legId: string, muted: boolean): AttendanceOutput[] {
    return this.#change(this.#byPresence.get(legId), (presence) => {
      presence.selfMuted = muted;
    });
  }

  muteByService(attendeeIds: readonly string[], muted: boolean): AttendanceOutput[] {
    return attendeeIds.flatMap((attendeeId) =>
      this.#change(this.#byAttendee.get(attendeeId), (presence) => {
        presence.serviceMuted = muted;
      }),
    );
  }

  setCapability(attendeeId: string, audio: MediaCapability): AttendanceOutput[] {
    return this.#change(this.#byAttendee.get(attendeeId), (presence) => {
      presence.audio = audio;
    });
  }

  #change(presence: Presence | undefined, change: (presence: Presence) => void): AttendanceOutput[] {
    if (!presence) return [];
    const { meetingId, attendeeId, streamId } = presence;
    const [wasMuted, wasDeaf] = [isMuted(presence), !mayReceive(presence.audio)];
    change(presence);
    const [muted, deaf] = [isMuted(presence), !mayReceive(presence.audio)];
    const outputs: AttendanceOutput[] = [];
    if (deaf !== wasDeaf) outputs.push({ kind: 'deafen', meetingId, attendeeId, deaf });
    if (muted !== wasMuted) {
      outputs.push({ kind: 'mute', meetingId, attendeeId, muted });
      outputs.push(...this.#tell([{ kind: 'muted', streamId, muted }]));
    }
    return outputs;
  }

  #take(presence: Presence, dropped: boolean): AttendanceOutput[] {
    const { legId, meetingId, attendeeId, streamId, kind } = presence;
    this.#byPresence.delete(legId);
    this.#byAttendee.delete(attendeeId);
    const outputs: AttendanceOutput[] = [
      { kind: 'unseat', legId, meetingId, attendeeId },
      ...this.#tell([{ kind: 'gone', streamId, dropped }]),
    ];
    if (kind === 'client' && this.clients().length === 0) {
      outputs.push({ kind: 'watch-levels', meetingId, watched: false });
    }
    return outputs;
  }

  #tell(changes: RosterChange[], except?: string): AttendanceOutput[] {
    const legIds = this.clients().filter((legId) => legId !== except);
    return legIds.length === 0 ? [] : [{ kind: 'changes', legIds, changes }];
  }
}
