import { beforeEach, describe, expect, test } from 'vitest';
import { PRESENCE_MS } from '#contract';
import { ScriptedClock } from '#testkit';
import type { Api } from '../../server/api.ts';
import { ApiFailure } from '../../server/failure.ts';
import type { ConnectionOptions, MeetingConnection } from './connection.ts';
import { MeetingSession } from './meeting-session.ts';
import type { InMeeting } from './session-state.ts';

const ME = { meetingId: 'm', attendeeId: 'me' };
const JOIN = {
  Meeting: { MeetingId: 'm', MediaPlacement: {} },
  Attendee: { AttendeeId: 'me', ExternalUserId: 'operator:ann#1', JoinToken: 'secret' },
};

/** A stream that records whether it was stopped. */
function pretendMicrophone() {
  const ended: (() => void)[] = [];
  const track = {
    stopped: false,
    stop() {
      this.stopped = true;
    },
    addEventListener: (_: string, listener: () => void) => ended.push(listener),
  };
  const stream = { getTracks: () => [track], getAudioTracks: () => [track] } as unknown as MediaStream;
  return { stream, track, takeAway: () => ended.map((listener) => listener()) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

class World {
  readonly clock = new ScriptedClock();
  readonly asked: [string, unknown][] = [];
  readonly opened: ConnectionOptions[] = [];
  readonly did: string[] = [];
  closed = 0;
  outlets = 0;
  refusal: Error | undefined;
  loads: () => Promise<void> = async () => undefined;
  readonly session = new MeetingSession({
    api: {
      post: async (route: string, body: unknown) => {
        this.asked.push([route, body]);
        if (this.refusal) throw this.refusal;
        return route === '/joinMeeting' ? JOIN : {};
      },
      farewell: (route: string, body: unknown) => this.asked.push([`${route} (farewell)`, body]),
    } as unknown as Api,
    clock: this.clock,
    displayName: 'ann',
    load: async () => {
      await this.loads();
      return async (options) => this.#open(options);
    },
    createOutlet: () => {
      this.outlets += 1;
      return {
        element: {} as HTMLAudioElement,
        unblock: () => this.did.push('unblock'),
        close: () => {
          this.outlets -= 1;
        },
      };
    },
    onChange: () => undefined,
  });

  #open(options: ConnectionOptions): MeetingConnection {
    this.opened.push(options);
    return {
      setMuted: (muted) => {
        this.did.push(`muted ${muted}`);
        options.events.muted('me', muted);
      },
      speakWith: async () => {
        this.did.push('another microphone');
      },
      hearWith: async (id) => {
        this.did.push(`hear with ${id}`);
      },
      close: async () => {
        this.closed += 1;
        options.events.ended('left');
      },
    };
  }

  async join(meetingName = 'Board', microphone?: MediaStream) {
    const audio = microphone ? ('SendReceive' as const) : ('Receive' as const);
    await this.session.join({ meetingName, audio, speaker: '', ...(microphone ? { microphone } : {}) });
    return this.events;
  }

  async connect(microphone?: MediaStream) {
    const events = await this.join('Board', microphone);
    events.connecting(false);
    events.connected();
    events.presence('me', 'operator:ann#1', true, false);
    return events;
  }

  get events() {
    const options = this.opened.at(-1);
    if (!options) throw new Error('nothing was opened');
    return options.events;
  }

  get state(): InMeeting {
    const state = this.session.getState();
    if (state.phase === 'idle') throw new Error('not in a meeting');
    return state;
  }

  routes() {
    return this.asked.map(([route]) => route);
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe('joining', () => {
  test('Joining asks for an attendee of the chosen kind and connects', async () => {
    const { stream } = pretendMicrophone();
    await world.connect(stream);
    expect(world.asked).toEqual([
      ['/joinMeeting', { name: 'Board', audio: 'SendReceive', displayName: 'ann' }],
    ]);
    expect(world.opened[0]).toMatchObject({ join: JOIN, microphone: stream, speaker: undefined });
    expect(world.state).toMatchObject({ phase: 'connected', me: ME, selfMuted: false, audio: 'SendReceive' });
  });

  test('A refused join says why and releases the microphone', async () => {
    const { stream, track } = pretendMicrophone();
    world.refusal = new ApiFailure({ kind: 'bad-request', status: 409, message: 'It is full.' });
    await world.session.join({ meetingName: 'Board', audio: 'SendReceive', speaker: '', microphone: stream });
    expect(world.session.getState()).toEqual({
      phase: 'idle',
      over: { meetingName: 'Board', why: 'failed', message: 'It is full.' },
    });
    expect([track.stopped, world.outlets, world.opened.length]).toEqual([true, 0, 0]);
    world.session.dismiss();
    expect(world.session.getState()).toEqual({ phase: 'idle' });
  });

  test('Joining without the client library leaves no attendee behind', async () => {
    world.loads = async () => Promise.reject(new TypeError('not fetched'));
    await world.session.join({ meetingName: 'Board', audio: 'Receive', speaker: '' });
    expect(world.session.getState()).toMatchObject({ over: { why: 'failed', message: 'not fetched' } });
    expect(world.asked.at(-1)).toEqual(['/removeAttendee', ME]);
  });

  test('Leaving before the answer to a join leaves no attendee behind', async () => {
    const joining = world.session.join({ meetingName: 'Board', audio: 'Receive', speaker: '' });
    world.session.leave();
    await joining;
    expect(world.session.getState()).toEqual({ phase: 'idle' });
    expect(world.routes()).toEqual(['/joinMeeting', '/removeAttendee']);
    expect([world.opened.length, world.outlets]).toEqual([0, 0]);
  });

  test('Leaving while the library loads opens no connection and removes the attendee', async () => {
    let loaded: () => void = () => undefined;
    world.loads = () => new Promise((resolve) => (loaded = resolve));
    const joining = world.session.join({ meetingName: 'Board', audio: 'Receive', speaker: '' });
    await turn();
    world.session.leave();
    loaded();
    await joining;
    expect([world.opened.length, world.routes()]).toEqual([0, ['/joinMeeting', '/removeAttendee']]);
  });

  test('Joining another meeting leaves the first', async () => {
    const first = await world.connect();
    await world.join('Attic');
    expect(world.routes()).toEqual(['/joinMeeting', '/removeAttendee', '/joinMeeting']);
    expect([world.closed, world.outlets, world.state.meetingName]).toEqual([1, 1, 'Attic']);
    first.ended('lost');
    first.presence('x', 'x', true, false);
    expect([world.state.meetingName, world.state.present.size]).toEqual(['Attic', 0]);
  });
});

describe('presence in a meeting', () => {
  test('All attendees are known, with their mute and speaking states', async () => {
    const events = await world.connect();
    events.presence('a', '+1', true, false);
    events.muted('a', false);
    events.volume('a', 0.9);
    events.volume('nobody', 0.9);
    expect(world.state.present.get('a')).toEqual({ externalUserId: '+1', muted: false, speaking: true });
    events.muted('a', true);
    expect(world.state.present.get('a')).toMatchObject({ muted: true, speaking: false });
    events.presence('a', '+1', false, true);
    expect([...world.state.present.keys()]).toEqual(['me']);
  });

  test('Earlier attendees are learnt after a connection and a reconnection', async () => {
    const events = await world.connect();
    expect(world.state.settled).toBe(false);
    world.clock.advance(2_000);
    expect(world.state.settled).toBe(true);
    events.connecting(true);
    expect(world.state).toMatchObject({ phase: 'reconnecting', settled: false });
    const { since } = world.state;
    events.connected();
    world.clock.advance(2_000);
    expect(world.state).toMatchObject({ phase: 'connected', settled: true, since });
  });

  test('The microphone switch shows what the library reports', async () => {
    const { stream } = pretendMicrophone();
    await world.connect(stream);
    world.session.setMuted(true);
    expect([world.did, world.state.selfMuted, world.state.present.get('me')?.muted]).toEqual([
      ['muted true'],
      true,
      true,
    ]);
  });

  test('The quality of the connection is reported', async () => {
    const events = await world.connect();
    events.quality(true);
    expect(world.state.poor).toBe(true);
    events.quality(false);
    expect(world.state.poor).toBe(false);
  });

  test('The server is told that the page is present until it leaves', async () => {
    await world.connect();
    world.clock.advance(PRESENCE_MS);
    await turn();
    const signs = world.asked.filter(([route]) => route === '/queryMeetings');
    expect(signs.length).toBeGreaterThanOrEqual(3);
    expect(signs[0]?.[1]).toEqual({ present: ME });
    world.session.leave();
    const before = world.asked.length;
    world.clock.advance(PRESENCE_MS);
    expect(world.asked.slice(before)).toEqual([]);
  });

  test('A microphone that is taken away is reported; another replaces it', async () => {
    const first = pretendMicrophone();
    const second = pretendMicrophone();
    await world.connect(first.stream);
    first.takeAway();
    expect(world.state.microphoneLost).toBe(true);
    await world.session.speakWith(second.stream);
    expect(world.state).toMatchObject({ microphoneLost: false, microphone: second.stream });
    expect([first.track.stopped, second.track.stopped]).toEqual([true, false]);
    first.takeAway();
    expect(world.state.microphoneLost).toBe(false);
  });

  test('Another speaker can be chosen, and a click lets the sound out', async () => {
    await world.connect();
    await world.session.hearWith('s2');
    world.session.letSoundOut();
    expect([world.did, world.state.speaker]).toEqual([['hear with s2', 'unblock'], 's2']);
  });
});

describe('leaving a meeting', () => {
  test('Leaving removes the attendee and releases everything', async () => {
    const { stream, track } = pretendMicrophone();
    await world.connect(stream);
    world.session.leave();
    await turn();
    expect(world.session.getState()).toEqual({ phase: 'idle' });
    expect(world.asked.at(-1)).toEqual(['/removeAttendee', ME]);
    expect([track.stopped, world.outlets, world.closed]).toEqual([true, 0, 1]);
    world.session.leave();
    expect(world.routes().filter((route) => route === '/removeAttendee').length).toBe(1);
  });

  test.each(['meeting-ended', 'lost', 'rejected', 'full'] as const)('The end is shown: %s', async (why) => {
    const events = await world.connect();
    events.ended(why);
    expect(world.session.getState()).toEqual({ phase: 'idle', over: { meetingName: 'Board', why } });
    expect([world.outlets, world.routes().at(-1)]).toEqual([0, '/removeAttendee']);
  });

  test.each(['elsewhere', 'removed'] as const)('%s: nobody is left to be removed', async (why) => {
    const events = await world.connect();
    events.ended(why);
    expect(world.session.getState()).toMatchObject({ over: { why } });
    expect(world.routes()).toEqual(['/joinMeeting']);
  });

  test('A closing page reports it in a request that still goes out', async () => {
    await world.connect();
    world.session.farewell();
    expect(world.closed).toBe(1);
    expect(world.routes()).toEqual(['/joinMeeting', '/removeAttendee (farewell)']);
  });
});
