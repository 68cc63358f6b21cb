import { beforeEach, describe, expect, it } from 'vitest';
import type { AudioCapability } from '#aws';
import { MeetingHall } from './meeting-hall.ts';

/** A meeting `m` with three attendees, a mixer and clients that only say what they were told. */
class Scene {
  readonly said: string[] = [];
  readonly tickets = new Map<string, { attendeeId: string; audio: AudioCapability }>([
    ['token-ann', { attendeeId: 'ann', audio: 'SendReceive' }],
    ['token-bob', { attendeeId: 'bob', audio: 'SendReceive' }],
    ['token-eve', { attendeeId: 'eve', audio: 'Send' }],
  ]);
  readonly hall = new MeetingHall({
    directory: {
      redeem: (token, meetingId) => {
        const ticket = this.tickets.get(token);
        const here = meetingId === undefined || meetingId === 'm';
        return ticket && here ? { meetingId: 'm', externalUserId: ticket.attendeeId, ...ticket } : undefined;
      },
      areAttendees: (_meetingId, ids) => ids.every((id) => [...this.tickets.keys()].includes(`token-${id}`)),
      exists: (meetingId) => meetingId === 'm' || meetingId === 'n',
      attendeeConnected: (_meetingId, id) => this.#say(`here ${id}`),
      attendeeDisconnected: (_meetingId, id) => this.#say(`away ${id}`),
    },
    media: {
      joinMeeting: (id, { attendeeId, muted }) => this.#say(`seat ${id} ${attendeeId} ${muted}`),
      leaveMeeting: (id) => this.#say(`unseat ${id}`),
      setMuted: (_meetingId, ids, muted) => this.#say(`muted ${ids} ${muted}`),
      setDeaf: (_meetingId, ids, deaf) => this.#say(`deaf ${ids} ${deaf}`),
      watchLevels: (_meetingId, watched) => this.#say(`watch ${watched}`),
    },
    signalling: {
      tellRoster: (id, entries) => this.#say(`roster ${id} ${entries.map((entry) => entry.attendeeId)}`),
      tellChanges: (id, changes) => this.#say(`changes ${id} ${changes.map(({ kind }) => kind)}`),
      tellLevels: (id, levels) => this.#say(`levels ${id} ${JSON.stringify(levels)}`),
      end: (id, status) => this.#say(`end ${id} ${status}`),
    },
    letGo: (callId) => this.#say(`let go ${callId}`),
  });

  /** What was said since the last question. */
  heard(): string[] {
    return this.said.splice(0);
  }

  /** A client whose sound flows. */
  join(name: string, connectionId = `ws-${name}`): void {
    this.hall.admit({ connectionId, meetingId: 'm', joinToken: `token-${name}` });
    this.hall.arrived(connectionId, { muted: false });
  }

  #say(text: string): void {
    this.said.push(text);
  }
}

describe('the meeting hall', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });

  it('brings telephones and clients together', () => {
    const { hall } = scene;
    expect(hall.joinTelephone('leg', 'token-ann', 'm')).toEqual({ meetingId: 'm', attendeeId: 'ann' });
    expect(scene.heard()).toEqual(['seat leg ann false', 'here ann']);
    expect(hall.admit({ connectionId: 'ws', meetingId: 'm', joinToken: 'token-bob' })).toEqual({
      attendeeId: 'bob',
      externalUserId: 'bob',
    });
    expect(scene.heard()).toEqual([]);
    hall.arrived('ws', { muted: true });
    expect(scene.heard()).toEqual(['seat ws bob true', 'here bob', 'roster ws ann,bob', 'watch true']);
    hall.levels('m', [
      { attendeeId: 'ann', volume: 20 },
      { attendeeId: 'gone', volume: 3 },
    ]);
    expect(scene.heard()).toEqual(['levels ws [{"streamId":1,"volume":20}]']);
    hall.leaveTelephone('leg');
    expect(scene.heard()).toEqual(['unseat leg', 'away ann', 'changes ws gone']);
    hall.departed('ws', 'left');
    expect(scene.heard()).toEqual(['unseat ws', 'away bob', 'watch false']);
    hall.departed('ws', 'dropped');
    hall.leaveTelephone('leg');
    expect(scene.heard()).toEqual([]);
  });

  it('refuses tokens that are wrong, of another meeting, or of one that has ended', () => {
    const { hall } = scene;
    const status = (meetingId: string, joinToken: string) =>
      hall.admit({ connectionId: 'ws', meetingId, joinToken });
    expect(status('m', 'guess')).toMatchObject({ status: 403 });
    expect(status('n', 'token-ann')).toMatchObject({ status: 403 });
    expect(status('over', 'token-ann')).toMatchObject({ status: 410 });
    expect(hall.joinTelephone('leg', 'guess')).toBeUndefined();
    hall.arrived('ws', { muted: false });
    expect(scene.heard()).toEqual([]);
  });

  it('lets the newer of two with the same token in, and the older go, telephone or client', () => {
    scene.hall.joinTelephone('leg', 'token-ann');
    scene.heard();
    scene.join('ann');
    expect(scene.heard().slice(0, 4)).toEqual([
      'unseat leg',
      'away ann',
      'let go leg',
      'seat ws-ann ann false',
    ]);
    scene.join('ann', 'ws-2');
    expect(scene.heard()).toContain('end ws-ann 301');
    scene.hall.joinTelephone('leg-2', 'token-ann');
    expect(scene.heard()).toContain('end ws-2 301');
  });

  it('sends away whoever is removed, also one that has not arrived yet', () => {
    const { hall } = scene;
    hall.joinTelephone('leg', 'token-ann');
    scene.join('bob');
    hall.admit({ connectionId: 'late', meetingId: 'm', joinToken: 'token-eve' });
    scene.heard();
    hall.attendeeRemoved('m', 'ann', 'attendee deleted');
    expect(scene.heard()).toEqual(['unseat leg', 'away ann', 'changes ws-bob gone', 'let go leg']);
    hall.attendeeRemoved('m', 'bob', 'attendee deleted');
    expect(scene.heard()).toEqual(['unseat ws-bob', 'away bob', 'watch false', 'end ws-bob 411']);
    hall.attendeeRemoved('m', 'eve', 'meeting ended');
    expect(scene.heard()).toEqual(['end late 410']);
    scene.tickets.delete('token-eve');
    hall.arrived('late', { muted: false });
    expect(scene.heard()).toEqual([]);
  });

  it('mutes and deafens in the mixer, by the service and by capabilities, and says why it cannot', () => {
    const { hall } = scene;
    hall.joinTelephone('leg', 'token-ann');
    scene.join('eve');
    expect(scene.heard()).toContain('deaf eve true');
    expect(hall.setMuted('x', ['ann'], true)).toBe('no such meeting');
    expect(hall.setMuted('m', ['ann', 'stranger'], true)).toBe('not attendees of it');
    expect(scene.heard()).toEqual([]);
    expect(hall.setMuted('m', ['ann', 'bob'], true)).toBeUndefined();
    expect(scene.heard()).toEqual(['muted ann true', 'changes ws-eve muted']);
    hall.capabilitiesChanged('m', 'eve', 'Receive');
    expect(scene.heard()).toEqual(['deaf eve false', 'muted eve true', 'changes ws-eve muted']);
    hall.selfMuted('ws-eve', true);
    expect(scene.heard()).toEqual([]);
  });

  it('tells a client whose sound was lost to come again', () => {
    scene.join('bob');
    scene.heard();
    scene.hall.clientLost('ws-bob');
    expect(scene.heard()).toEqual(['unseat ws-bob', 'away bob', 'watch false', 'end ws-bob 503']);
    scene.hall.clientLost('leg-of-a-telephone');
    expect(scene.heard()).toEqual([]);
  });
});
