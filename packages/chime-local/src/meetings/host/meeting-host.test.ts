import { beforeEach, describe, expect, it } from 'vitest';
import type { AttendeeCapabilities, MediaCapability } from '#aws';
import { MeetingHost } from './meeting-host.ts';

const may = (audio: MediaCapability): AttendeeCapabilities => ({
  audio,
  video: 'SendReceive',
  content: 'SendReceive',
});
const EVERYTHING = { send: true, receiveCameras: true, receiveContent: true };

/** A meeting `m` with three attendees, and a mixer and clients that only note what they are told. */
class Scene {
  readonly said: string[] = [];
  readonly tickets = new Map<string, { attendeeId: string } & AttendeeCapabilities>([
    ['token-ann', { attendeeId: 'ann', ...may('SendReceive') }],
    ['token-bob', { attendeeId: 'bob', ...may('SendReceive') }],
    ['token-eve', { attendeeId: 'eve', ...may('Send') }],
  ]);
  readonly meetings = new MeetingHost({
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
      joinMeeting: (id, { attendeeId, muted, unheardBy }) => {
        const unheard = unheardBy === undefined ? '' : ` unheard by ${unheardBy}`;
        this.#say(`seat ${id} ${attendeeId} ${muted}${unheard}`);
      },
      leaveMeeting: (id) => this.#say(`unseat ${id}`),
      setMuted: (_meetingId, ids, muted) => this.#say(`muted ${ids} ${muted}`),
      setDeaf: (_meetingId, ids, deaf) => this.#say(`deaf ${ids} ${deaf}`),
      watchLevels: (_meetingId, watched) => this.#say(`watch ${watched}`),
    },
    signalling: {
      tellRoster: (id, entries) => this.#say(`roster ${id} ${entries.map((entry) => entry.attendeeId)}`),
      tellChanges: (id, changes) => this.#say(`changes ${id} ${changes.map(({ kind }) => kind)}`),
      setVideoRights: (id, rights) => this.#say(`rights ${id} ${JSON.stringify(rights)}`),
      tellLevels: (id, levels) => this.#say(`levels ${id} ${JSON.stringify(levels)}`),
      end: (id, status) => this.#say(`end ${id} ${status}`),
    },
    letGo: (legId) => this.#say(`let go ${legId}`),
  });

  /** What was noted since the last call. */
  heard(): string[] {
    return this.said.splice(0);
  }

  /** A client whose sound flows. */
  join(name: string, legId = `ws-${name}`): void {
    this.meetings.admit({ legId, meetingId: 'm', joinToken: `token-${name}` });
    this.meetings.arrived(legId, { muted: false });
  }

  #say(text: string): void {
    this.said.push(text);
  }
}

describe('a meeting host', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });

  it('Telephones and clients meet in one meeting', () => {
    const { meetings } = scene;
    expect(meetings.joinTelephone('leg', 'token-ann', 'm')).toEqual({ meetingId: 'm', attendeeId: 'ann' });
    expect(scene.heard()).toEqual(['seat leg ann false', 'here ann']);
    expect(meetings.admit({ legId: 'ws', meetingId: 'm', joinToken: 'token-bob' })).toEqual({
      attendeeId: 'bob',
      externalUserId: 'bob',
      video: EVERYTHING,
    });
    expect(scene.heard()).toEqual([]);
    meetings.arrived('ws', { muted: true });
    expect(scene.heard()).toEqual(['seat ws bob true', 'here bob', 'roster ws ann,bob', 'watch true']);
    meetings.levels('m', [
      { attendeeId: 'ann', volume: 20 },
      { attendeeId: 'gone', volume: 3 },
    ]);
    expect(scene.heard()).toEqual(['levels ws [{"streamId":1,"volume":20}]']);
    meetings.leaveTelephone('leg');
    expect(scene.heard()).toEqual(['unseat leg', 'away ann', 'changes ws gone']);
    meetings.departed('ws', 'left');
    expect(scene.heard()).toEqual(['unseat ws', 'away bob', 'watch false']);
    meetings.departed('ws', 'dropped');
    meetings.leaveTelephone('leg');
    expect(scene.heard()).toEqual([]);
  });

  it('Wrong tokens and those of other or ended meetings are refused', () => {
    const { meetings } = scene;
    const status = (meetingId: string, joinToken: string) =>
      meetings.admit({ legId: 'ws', meetingId, joinToken });
    expect(status('m', 'guess')).toMatchObject({ status: 403 });
    expect(status('n', 'token-ann')).toMatchObject({ status: 403 });
    expect(status('over', 'token-ann')).toMatchObject({ status: 410 });
    expect(meetings.joinTelephone('leg', 'guess')).toBeUndefined();
    meetings.arrived('ws', { muted: false });
    expect(scene.heard()).toEqual([]);
  });

  it('The newer of two connections with the same token is let in', () => {
    scene.meetings.joinTelephone('leg', 'token-ann');
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
    scene.meetings.joinTelephone('leg-2', 'token-ann');
    expect(scene.heard()).toContain('end ws-2 301');
  });

  it('Removed attendees are sent away, even before they have arrived', () => {
    const { meetings } = scene;
    meetings.joinTelephone('leg', 'token-ann');
    scene.join('bob');
    meetings.admit({ legId: 'late', meetingId: 'm', joinToken: 'token-eve' });
    scene.heard();
    meetings.attendeeRemoved('m', 'ann', 'attendee deleted');
    expect(scene.heard()).toEqual(['unseat leg', 'away ann', 'changes ws-bob gone', 'let go leg']);
    meetings.attendeeRemoved('m', 'bob', 'attendee deleted');
    expect(scene.heard()).toEqual(['unseat ws-bob', 'away bob', 'watch false', 'end ws-bob 411']);
    meetings.attendeeRemoved('m', 'eve', 'meeting ended');
    expect(scene.heard()).toEqual(['end late 410']);
    scene.tickets.delete('token-eve');
    meetings.arrived('late', { muted: false });
    expect(scene.heard()).toEqual([]);
  });

  it('The host mutes and deafens attendees, or says why it cannot', () => {
    const { meetings } = scene;
    meetings.joinTelephone('leg', 'token-ann');
    scene.join('eve');
    expect(scene.heard()).toContain('deaf eve true');
    expect(meetings.setMuted('x', ['ann'], true)).toBe('no such meeting');
    expect(meetings.setMuted('m', ['ann', 'stranger'], true)).toBe('not attendees of it');
    expect(scene.heard()).toEqual([]);
    expect(meetings.setMuted('m', ['ann', 'bob'], true)).toBeUndefined();
    expect(scene.heard()).toEqual(['muted ann true', 'changes ws-eve muted']);
    meetings.capabilitiesChanged('m', 'eve', may('Receive'));
    expect(scene.heard()).toEqual([
      ...['deaf eve false', 'muted eve true', 'changes ws-eve muted'],
      `rights ws-eve ${JSON.stringify(EVERYTHING)}`,
    ]);
    meetings.selfMuted('ws-eve', true);
    expect(scene.heard()).toEqual([]);
  });

  it('A client whose media was lost is told to reconnect', () => {
    scene.join('bob');
    scene.heard();
    scene.meetings.clientLost('ws-bob');
    expect(scene.heard()).toEqual(['unseat ws-bob', 'away bob', 'watch false', 'end ws-bob 503']);
    scene.meetings.clientLost('leg-of-a-telephone');
    expect(scene.heard()).toEqual([]);
  });

  it('Content joins as its own participant and leaves with its attendee', () => {
    const content = { legId: 'ws-content', meetingId: 'm', joinToken: 'token-bob#content' };
    scene.join('bob');
    scene.heard();
    expect(scene.meetings.admit(content)).toEqual({
      ...{ attendeeId: 'bob#content', contentOf: 'bob', externalUserId: 'bob' },
      video: { send: true, receiveCameras: false, receiveContent: false },
    });
    scene.meetings.arrived('ws-content', { muted: false });
    expect(scene.heard()).toEqual([
      ...['seat ws-content bob#content false unheard by bob', 'deaf bob#content true', 'here bob#content'],
      ...['roster ws-content bob,bob#content', 'changes ws-bob present'],
    ]);
    scene.meetings.departed('ws-bob', 'dropped');
    expect(scene.heard()).not.toContain('end ws-content 411');
    scene.join('bob');
    scene.heard();
    scene.meetings.departed('ws-bob', 'left');
    expect(scene.heard()).toContain('end ws-content 411');
  });

  it('Content that may not be sent is neither admitted nor kept', () => {
    const content = { legId: 'ws-content', meetingId: 'm', joinToken: 'token-bob#content' };
    scene.tickets.set('token-bob', { attendeeId: 'bob', ...may('SendReceive'), content: 'Receive' });
    expect(scene.meetings.admit(content)).toMatchObject({ status: 403 });
    expect(scene.meetings.admit({ ...content, joinToken: 'wrong#content' })).toMatchObject({ status: 403 });
    scene.tickets.set('token-bob', { attendeeId: 'bob', ...may('SendReceive') });
    scene.meetings.admit(content);
    scene.meetings.arrived('ws-content', { muted: false });
    scene.heard();
    scene.meetings.capabilitiesChanged('m', 'bob', { ...may('SendReceive'), content: 'None' });
    expect(scene.heard()).toEqual([
      'unseat ws-content',
      'away bob#content',
      'watch false',
      'end ws-content 411',
    ]);
    scene.meetings.admit(content);
    scene.meetings.attendeeRemoved('m', 'bob', 'meeting ended');
    expect(scene.heard()).toEqual(['end ws-content 410']);
  });

  // amazon-chime-sdk-js#1595
  it('A third content share is told that the meeting is full', () => {
    const names = ['ann', 'bob', 'eve', 'fay'];
    for (const name of names) scene.tickets.set(`token-${name}`, { attendeeId: name, ...may('SendReceive') });
    const share = (name: string, legId = `ws-${name}`) =>
      scene.meetings.admit({ legId, meetingId: 'm', joinToken: `token-${name}#content` });
    expect(share('ann')).toMatchObject({ contentOf: 'ann' });
    expect(share('bob')).toMatchObject({ contentOf: 'bob' });
    expect(share('eve')).toMatchObject({ status: 409 });
    // An attendee who returns after a lost connection keeps its place.
    expect(share('bob', 'ws-bob-again')).toMatchObject({ contentOf: 'bob' });
    scene.meetings.departed('ws-ann', 'left');
    expect(share('eve')).toMatchObject({ contentOf: 'eve' });
    expect(share('fay')).toMatchObject({ status: 409 });
  });
});
