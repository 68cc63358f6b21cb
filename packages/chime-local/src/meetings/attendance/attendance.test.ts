import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Attendance } from './attendance.ts';
import type { Arrival, AttendanceOutput, MediaCapability } from './presence.ts';

const phone = (name: string, change: Partial<Arrival> = {}): Arrival => ({
  legId: `leg-${name}`,
  kind: 'telephone',
  meetingId: 'm',
  attendeeId: name,
  externalUserId: `+1${name}`,
  selfMuted: false,
  audio: 'SendReceive',
  ...change,
});
const client = (name: string, change: Partial<Arrival> = {}): Arrival =>
  phone(name, { legId: `ws-${name}`, kind: 'client', externalUserId: name, ...change });

const kinds = (outputs: AttendanceOutput[]) => outputs.map(({ kind }) => kind);

describe('attendance', () => {
  it('A telephone is seated, and nobody is told without a client', () => {
    const attendance = new Attendance();
    expect(attendance.arrive(phone('ann'))).toEqual([
      { kind: 'seat', legId: 'leg-ann', meetingId: 'm', attendeeId: 'ann', muted: false, deaf: false },
    ]);
    expect(attendance.isPresent('leg-ann')).toBe(true);
    expect(attendance.depart('leg-ann', false)).toEqual([
      { kind: 'unseat', legId: 'leg-ann', meetingId: 'm', attendeeId: 'ann' },
    ]);
    expect(attendance.meetings).toBe(0);
    expect(attendance.depart('leg-ann', false)).toEqual([]);
  });

  it('A client gets the whole roster, the others only the changes', () => {
    const attendance = new Attendance();
    attendance.arrive(phone('ann'));
    const outputs = attendance.arrive(client('bob', { selfMuted: true }));
    expect(outputs).toContainEqual({
      kind: 'roster',
      legId: 'ws-bob',
      entries: [
        { streamId: 1, attendeeId: 'ann', externalUserId: '+1ann', muted: false },
        { streamId: 2, attendeeId: 'bob', externalUserId: 'bob', muted: true },
      ],
    });
    expect(outputs).toContainEqual({ kind: 'watch-levels', meetingId: 'm', watched: true });
    expect(attendance.arrive(client('eve'))).toContainEqual({
      kind: 'changes',
      legIds: ['ws-bob'],
      changes: [
        { kind: 'present', entry: { streamId: 3, attendeeId: 'eve', externalUserId: 'eve', muted: false } },
      ],
    });
    expect(attendance.depart('leg-ann', true)).toContainEqual({
      kind: 'changes',
      legIds: ['ws-bob', 'ws-eve'],
      changes: [{ kind: 'gone', streamId: 1, dropped: true }],
    });
    attendance.depart('ws-bob', false);
    expect(kinds(attendance.depart('ws-eve', false))).toContain('watch-levels');
  });

  it('An attendee is unmuted when the last reason is gone', () => {
    const attendance = new Attendance();
    attendance.arrive(client('bob'));
    expect(attendance.muteSelf('ws-bob', true)).toEqual([
      { kind: 'mute', meetingId: 'm', attendeeId: 'bob', muted: true },
      { kind: 'changes', legIds: ['ws-bob'], changes: [{ kind: 'muted', streamId: 1, muted: true }] },
    ]);
    expect(attendance.muteByService('m', ['bob', 'nobody'], true)).toEqual([]);
    expect(attendance.setCapability('m', 'bob', 'Receive')).toEqual([]);
    expect(attendance.muteSelf('ws-bob', false)).toEqual([]);
    expect(attendance.muteByService('m', ['bob'], false)).toEqual([]);
    expect(kinds(attendance.setCapability('m', 'bob', 'SendReceive'))).toEqual(['mute', 'changes']);
  });

  it('An attendee who may not receive is deafened', () => {
    const attendance = new Attendance();
    expect(attendance.arrive(phone('ann', { audio: 'Send' }))[0]).toMatchObject({ muted: false, deaf: true });
    expect(attendance.setCapability('m', 'ann', 'None')).toEqual([
      { kind: 'mute', meetingId: 'm', attendeeId: 'ann', muted: true },
    ]);
    expect(attendance.setCapability('m', 'ann', 'Receive')).toEqual([
      { kind: 'deafen', meetingId: 'm', attendeeId: 'ann', deaf: false },
    ]);
  });

  it("A new presence replaces the attendee's old one and stays muted", () => {
    const attendance = new Attendance();
    attendance.arrive(client('eve'));
    attendance.arrive(phone('ann'));
    attendance.muteByService('m', ['ann'], true);
    const outputs = attendance.arrive(client('ann'));
    expect(kinds(outputs)).toEqual(['unseat', 'changes', 'replaced', 'seat', 'roster', 'changes']);
    expect(outputs[2]).toEqual({ kind: 'replaced', legId: 'leg-ann', by: 'client' });
    expect(outputs[3]).toMatchObject({ legId: 'ws-ann', muted: true });
    expect(attendance.streamOf('m', 'ann')).toBe(3);
    expect(attendance.depart('leg-ann', false)).toEqual([]);
    expect(attendance.presenceOf('m', 'ann')).toBe('ws-ann');
  });

  it('A leg may change from one meeting to another', () => {
    const attendance = new Attendance();
    attendance.arrive(phone('ann'));
    const outputs = attendance.arrive(phone('ann', { meetingId: 'n', attendeeId: 'ann2' }));
    expect(kinds(outputs)).toEqual(['unseat', 'replaced', 'seat']);
    expect([attendance.meetings, attendance.presenceOf('n', 'ann2')]).toEqual([1, 'leg-ann']);
  });

  it("Rosters stay true and the mixer's seats in step, whatever happens", () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const event = fc.oneof(
      fc.record({
        do: fc.constant('arrive' as const),
        name,
        kind: fc.boolean(),
        meeting: fc.constantFrom('m', 'n'),
      }),
      fc.record({ do: fc.constant('depart' as const), name, kind: fc.boolean(), dropped: fc.boolean() }),
      fc.record({ do: fc.constant('self' as const), name, muted: fc.boolean() }),
      fc.record({ do: fc.constant('service' as const), name, muted: fc.boolean() }),
      fc.record({
        do: fc.constant('capability' as const),
        name,
        audio: fc.constantFrom<MediaCapability>('SendReceive', 'Send', 'Receive', 'None'),
      }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const world = new World();
        for (const one of events) world.happen(one as never);
        world.check();
      }),
      { numRuns: 300 },
    );
  });
});

/** Carries the outputs out on a pretend mixer and pretend clients. */
class World {
  readonly attendance = new Attendance();
  readonly seats = new Map<
    string,
    { meetingId: string; attendeeId: string; muted: boolean; deaf: boolean }
  >();
  readonly screens = new Map<string, Map<number, { attendeeId: string; muted: boolean }>>();
  readonly watched = new Set<string>();

  happen(event: {
    do: string;
    name: string;
    kind: boolean;
    meeting: string;
    dropped: boolean;
    muted: boolean;
    audio: MediaCapability;
  }): void {
    const made = event.kind ? client(event.name) : phone(event.name);
    const { attendance } = this;
    if (event.do === 'arrive') this.#carryOut(attendance.arrive({ ...made, meetingId: event.meeting }));
    if (event.do === 'depart') {
      this.screens.delete(made.legId);
      this.#carryOut(attendance.depart(made.legId, event.dropped));
    }
    if (event.do === 'self') this.#carryOut(attendance.muteSelf(`ws-${event.name}`, event.muted));
    if (event.do === 'service') this.#carryOut(attendance.muteByService('m', [event.name], event.muted));
    if (event.do === 'capability') this.#carryOut(attendance.setCapability('m', event.name, event.audio));
  }

  check(): void {
    for (const [legId, screen] of this.screens) {
      const seat = this.seats.get(legId)!;
      const roster = this.attendance.roster(seat.meetingId);
      expect([...screen.keys()].sort()).toEqual(roster.map(({ streamId }) => streamId).sort());
      for (const { streamId, attendeeId, muted } of roster) {
        expect(screen.get(streamId)).toEqual({ attendeeId, muted });
        const own = [...this.seats.values()].find(
          (one) => one.attendeeId === attendeeId && one.meetingId === seat.meetingId,
        );
        expect(own?.muted).toBe(muted);
      }
      expect(this.watched.has(seat.meetingId)).toBe(true);
    }
    for (const legId of this.seats.keys()) expect(this.attendance.isPresent(legId)).toBe(true);
  }

  #carryOut(outputs: AttendanceOutput[]): void {
    for (const output of outputs) {
      if (output.kind === 'seat') this.seats.set(output.legId, output);
      if (output.kind === 'unseat') expect(this.seats.delete(output.legId)).toBe(true);
      if (output.kind === 'replaced') this.screens.delete(output.legId);
      if (output.kind === 'mute' || output.kind === 'deafen') {
        for (const seat of this.seats.values()) {
          if (seat.attendeeId !== output.attendeeId || seat.meetingId !== output.meetingId) continue;
          if (output.kind === 'mute') seat.muted = output.muted;
          else seat.deaf = output.deaf;
        }
      }
      if (output.kind === 'roster') {
        this.screens.set(
          output.legId,
          new Map(
            output.entries.map((entry) => [
              entry.streamId,
              { attendeeId: entry.attendeeId, muted: entry.muted },
            ]),
          ),
        );
      }
      if (output.kind === 'watch-levels') {
        if (output.watched) this.watched.add(output.meetingId);
        else this.watched.delete(output.meetingId);
      }
      if (output.kind !== 'changes') continue;
      for (const legId of output.legIds) {
        const screen = this.screens.get(legId);
        for (const change of output.changes) {
          if (change.kind === 'present') {
            const { streamId, attendeeId, muted } = change.entry;
            screen?.set(streamId, { attendeeId, muted });
          } else if (change.kind === 'gone') screen?.delete(change.streamId);
          else screen!.get(change.streamId)!.muted = change.muted;
        }
      }
    }
  }
}
