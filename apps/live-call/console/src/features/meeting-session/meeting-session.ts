import type { Clock } from 'page-ui/clock.ts';
import type { AttendeeRef } from '#contract';
import type { Api } from '../../server/api.ts';
import { failureOf } from '../../server/failure.ts';
import type { ConnectionEvents, EndReason, MeetingConnection, OpenConnection } from './connection.ts';
import { stopMicrophone } from './microphone.ts';
import { joinMeeting, removeAttendee, sayPresent } from './requests.ts';
import {
  IDLE,
  type InMeeting,
  type JoinChoice,
  newlyJoining,
  type SessionState,
  withPresence,
} from './session-state.ts';
import type { SoundOutlet } from './sound-outlet.ts';
import { SpeakingWatch } from './speaking.ts';

/** Milliseconds between two signs of life; three of them fit into `PRESENCE_MS`. */
const SIGN_OF_LIFE_MS = 18_000;
/** Milliseconds after the connection in which the library reports the attendees who were there before. */
const SETTLING_MS = 1_500;

export interface SessionPorts {
  api: Api;
  clock: Clock;
  /** The operator's name as the other attendees see it. */
  displayName: string;
  /** Loads the client library. Rejects when it cannot be loaded. */
  load(): Promise<OpenConnection>;
  createOutlet(blocked: (is: boolean) => void): SoundOutlet;
  /** Called when the attendees of meetings have changed and the server's list should be fetched. */
  onChange(): void;
}

/** One stay in a meeting: everything that belongs to it and ends with it. */
interface Visit {
  outlet: SoundOutlet;
  speaking: SpeakingWatch;
  connection?: MeetingConnection;
  me?: AttendeeRef;
  cancelTimers: (() => void)[];
}

/** The page's own presence in a meeting, in at most one at a time. The state is for `useSyncExternalStore`. */
export class MeetingSession {
  readonly #ports: SessionPorts;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = IDLE;
  #visit: Visit | undefined;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): SessionState => this.#state;

  /** Joins a meeting, after leaving the previous one if there is one. The outcome is in the state. */
  async join(choice: JoinChoice): Promise<void> {
    this.leave();
    const { api, load, displayName } = this.#ports;
    const visit = this.#newVisit();
    this.#visit = visit;
    this.#set(newlyJoining(choice));
    this.#watchMicrophone(choice.microphone);
    try {
      const request = { name: choice.meetingName, audio: choice.audio, displayName };
      const loading = load();
      // Awaited below; without this handler, a rejection in the meantime would be reported as unhandled.
      loading.catch(() => undefined);
      const join = await joinMeeting(api, request);
      const me = { meetingId: join.Meeting.MeetingId, attendeeId: join.Attendee.AttendeeId };
      visit.me = me;
      if (this.#visit !== visit) return this.#takeOut(me);
      this.#change({ me });
      this.#sayAlive(visit, me);
      const open = await loading;
      if (this.#visit !== visit) return;
      const connection = await open({
        join,
        outlet: visit.outlet.element,
        microphone: choice.microphone,
        speaker: choice.speaker || undefined,
        events: this.#eventsOf(visit, me),
      });
      visit.connection = connection;
      if (this.#visit !== visit) await connection.close();
    } catch (error) {
      this.#end(visit, 'failed', failureOf(error).message);
    }
  }

  /** Leaves the meeting, if there is one. */
  leave(): void {
    if (this.#visit) this.#end(this.#visit, 'left');
  }

  /** Called when the page is being closed: leaves with a request that can still be sent. */
  farewell(): void {
    const visit = this.#visit;
    if (!visit) return;
    this.#end(visit, 'left', undefined, (me) => this.#ports.api.farewell('/removeAttendee', me));
  }

  /** Called when the person has read how the last meeting ended. */
  dismiss(): void {
    if (this.#state.phase === 'idle') this.#set(IDLE);
  }

  setMuted(muted: boolean): void {
    this.#visit?.connection?.setMuted(muted);
  }

  /** Uses another microphone from now on. */
  async speakWith(microphone: MediaStream): Promise<void> {
    const visit = this.#visit;
    if (!visit?.connection || this.#state.phase === 'idle') return stopMicrophone(microphone);
    const before = this.#state.microphone;
    this.#change({ microphone, microphoneLost: false });
    this.#watchMicrophone(microphone);
    await visit.connection.speakWith(microphone);
    stopMicrophone(before);
  }

  /** Rejects when the browser refuses. */
  async hearWith(deviceId: string): Promise<void> {
    await this.#visit?.connection?.hearWith(deviceId);
    this.#change({ speaker: deviceId });
  }

  /** To be called from a click: only then does the browser let the sound out. */
  letSoundOut(): void {
    this.#visit?.outlet.unblock();
  }

  #newVisit(): Visit {
    const visit: Visit = {
      outlet: this.#ports.createOutlet((blocked) => this.#of(visit, () => this.#change({ blocked }))),
      speaking: new SpeakingWatch(this.#ports.clock, (attendeeId, speaking) =>
        this.#changePresence(attendeeId, { speaking }),
      ),
      cancelTimers: [],
    };
    return visit;
  }

  #eventsOf(visit: Visit, me: AttendeeRef): ConnectionEvents {
    const own = (work: () => void) => this.#of(visit, work);
    return {
      connecting: (again) => own(() => again && this.#change({ phase: 'reconnecting', settled: false })),
      connected: () => own(() => this.#onConnected(visit)),
      ended: (why) => own(() => this.#end(visit, why)),
      quality: (poor) => own(() => this.#change({ poor })),
      presence: (attendeeId, externalUserId, present) =>
        own(() => {
          if (!present) visit.speaking.silent(attendeeId);
          this.#setPresent(attendeeId, present ? externalUserId : undefined);
        }),
      muted: (attendeeId, muted) =>
        own(() => {
          if (muted) visit.speaking.silent(attendeeId);
          if (attendeeId === me.attendeeId) this.#change({ selfMuted: muted });
          this.#changePresence(attendeeId, { muted });
        }),
      volume: (attendeeId, volume) => own(() => visit.speaking.volume(attendeeId, volume)),
    };
  }

  #onConnected(visit: Visit): void {
    const { clock, onChange } = this.#ports;
    if (this.#state.phase === 'idle') return;
    const { since = clock.now() } = this.#state;
    this.#change({ phase: 'connected', since, poor: false });
    visit.cancelTimers.push(
      clock.after(SETTLING_MS, () => this.#state.phase === 'connected' && this.#change({ settled: true })),
    );
    onChange();
  }

  /** Reports regularly that the page is still there: the row of a silent page is soon removed from the list. */
  #sayAlive(visit: Visit, me: AttendeeRef): void {
    const { api, clock } = this.#ports;
    const cancel = clock.after(SIGN_OF_LIFE_MS, () => {
      // If this sign of life is lost, the next one follows.
      sayPresent(api, me).catch(() => undefined);
      this.#of(visit, () => this.#sayAlive(visit, me));
    });
    visit.cancelTimers.push(cancel);
  }

  #end(
    visit: Visit,
    why: EndReason | 'failed',
    message?: string,
    takeOut = (me: AttendeeRef) => this.#takeOut(me),
  ): void {
    const state = this.#state;
    if (this.#visit !== visit || state.phase === 'idle') return;
    this.#visit = undefined;
    for (const cancel of visit.cancelTimers) cancel();
    visit.speaking.clear();
    void visit.connection?.close();
    visit.outlet.close();
    stopMicrophone(state.microphone);
    // If another page has taken over, the attendee is still present; if it was removed, nothing is left to
    // do.
    if (visit.me && why !== 'elsewhere' && why !== 'removed') takeOut(visit.me);
    const over = { meetingName: state.meetingName, why, ...(message === undefined ? {} : { message }) };
    this.#set(why === 'left' ? IDLE : { phase: 'idle', over });
  }

  /**
   * Removes the attendee, so that the list does not keep those who have left. An attendee that is already
   * gone is no error.
   */
  #takeOut(me: AttendeeRef): void {
    const { api, onChange } = this.#ports;
    removeAttendee(api, me)
      .catch(() => undefined)
      .finally(onChange);
  }

  #watchMicrophone(microphone: MediaStream | undefined): void {
    const track = microphone?.getAudioTracks()[0];
    track?.addEventListener('ended', () => {
      if (this.#state.phase !== 'idle' && this.#state.microphone === microphone)
        this.#change({ microphoneLost: true });
    });
  }

  #setPresent(attendeeId: string, externalUserId: string | undefined): void {
    if (this.#state.phase === 'idle') return;
    const before = this.#state.present.get(attendeeId);
    const entry = externalUserId === undefined ? undefined : { speaking: false, ...before, externalUserId };
    this.#change({ present: withPresence(this.#state.present, attendeeId, entry) });
    if (this.#state.settled) this.#ports.onChange();
  }

  #changePresence(attendeeId: string, part: { muted?: boolean; speaking?: boolean }): void {
    if (this.#state.phase === 'idle') return;
    const before = this.#state.present.get(attendeeId);
    if (!before) return;
    this.#change({ present: withPresence(this.#state.present, attendeeId, { ...before, ...part }) });
  }

  /** Runs `work` if that visit is still the current one. */
  #of(visit: Visit, work: () => void): void {
    if (this.#visit === visit) work();
  }

  #change(part: Partial<InMeeting>): void {
    if (this.#state.phase !== 'idle') this.#set({ ...this.#state, ...part });
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Leaves when the page is closed or left. Returns the function that undoes this. */
export function leaveWithThePage(session: MeetingSession): () => void {
  const leave = () => session.farewell();
  window.addEventListener('pagehide', leave);
  return () => {
    window.removeEventListener('pagehide', leave);
    session.leave();
  };
}
