import type { Clock } from 'page-ui/clock.ts';
import type { BrowserRow } from '#contract';
import type { Api } from '../../server/api.ts';
import { failureOf } from '../../server/failure.ts';
import { removeAttendee, setAttendeeAudio } from '../meeting-session/requests.ts';

/** What an operator can do to another operator in a meeting. */
export type AttendeeOrder = 'mute' | 'unmute' | 'remove';

/** What is being done to an attendee, or why it was not done. */
export interface AttendeeNote {
  failed: boolean;
  text: string;
  /** The order that was given. */
  order: AttendeeOrder;
}

const DOING: Record<AttendeeOrder, string> = { mute: 'Mute', unmute: 'Unmute', remove: 'Disconnect' };
/** Milliseconds for which a failure is shown; the same as for a caller's update. */
const SHOWN_MS = 60_000;

/** Sends orders about operators in meetings. The state is for `useSyncExternalStore`. */
export class AttendeeOrderStore {
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #onAnswer: () => void;
  readonly #listeners = new Set<() => void>();
  #notes: ReadonlyMap<string, AttendeeNote> = new Map();

  /** `onAnswer` is called whenever the server has answered and its list should be fetched. */
  constructor(api: Api, clock: Clock, onAnswer: () => void) {
    this.#api = api;
    this.#clock = clock;
    this.#onAnswer = onAnswer;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The notes by attendee id. */
  readonly getNotes = (): ReadonlyMap<string, AttendeeNote> => this.#notes;

  async submit(row: BrowserRow, order: AttendeeOrder): Promise<void> {
    const { meetingId, attendeeId } = row;
    this.#note(attendeeId, { failed: false, text: `${DOING[order]}: sending…`, order });
    try {
      if (order === 'remove') await removeAttendee(this.#api, { meetingId, attendeeId });
      else {
        const audio = order === 'mute' ? 'Receive' : 'SendReceive';
        await setAttendeeAudio(this.#api, { meetingId, attendeeId, audio });
      }
      this.#note(attendeeId, undefined);
    } catch (error) {
      const note = { failed: true, text: `${DOING[order]}: ${failureOf(error).message}`, order };
      this.#note(attendeeId, note);
      this.#clock.after(SHOWN_MS, () => {
        if (this.#notes.get(attendeeId) === note) this.#note(attendeeId, undefined);
      });
    }
    this.#onAnswer();
  }

  #note(attendeeId: string, note: AttendeeNote | undefined): void {
    const next = new Map(this.#notes);
    if (note) next.set(attendeeId, note);
    else next.delete(attendeeId);
    this.#notes = next;
    for (const listener of this.#listeners) listener();
  }
}
