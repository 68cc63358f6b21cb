/** Ends meetings automatically: after one day, or after five minutes in which nobody was connected. */
import { EMPTY_MEETING_MS, MEETING_MAX_MS } from 'pstn-audio';
import type { Clock } from '#platform';

export interface Lifetimes {
  /** Starts to watch a meeting that was just created, or that was loaded at startup. */
  begin(meetingId: string, createdAt: number): void;
  connected(meetingId: string, attendeeId: string): void;
  disconnected(meetingId: string, attendeeId: string): void;
  /** The attendee was removed, however many connections it had. */
  removed(meetingId: string, attendeeId: string): void;
  /** Stops watching a meeting that has ended. */
  forget(meetingId: string): void;
  close(): void;
}

interface Watch {
  /** Number of connections of each attendee. A second connection can start before the first has closed. */
  connections: Map<string, number>;
  cancelEmpty?: (() => void) | undefined;
  cancelMax: () => void;
}

/** @param end is called when a meeting's time is over */
export function createLifetimes(clock: Clock, end: (meetingId: string, why: string) => void): Lifetimes {
  const watches = new Map<string, Watch>();
  const settle = (meetingId: string, watch: Watch): void => {
    watch.cancelEmpty?.();
    watch.cancelEmpty = undefined;
    if (watch.connections.size > 0) return;
    const why = `nobody was connected for ${EMPTY_MEETING_MS / 60_000} minutes`;
    watch.cancelEmpty = clock.after(EMPTY_MEETING_MS, () => end(meetingId, why));
  };
  const change = (meetingId: string, attendeeId: string, count: (before: number) => number): void => {
    const watch = watches.get(meetingId);
    if (!watch) return;
    const wasEmpty = watch.connections.size === 0;
    const after = Math.max(0, count(watch.connections.get(attendeeId) ?? 0));
    if (after === 0) watch.connections.delete(attendeeId);
    else watch.connections.set(attendeeId, after);
    if (wasEmpty !== (watch.connections.size === 0)) settle(meetingId, watch);
  };
  return {
    begin(meetingId, createdAt) {
      const left = createdAt + MEETING_MAX_MS - clock.now();
      const why = `it was ${MEETING_MAX_MS / 3_600_000} hours old`;
      const watch: Watch = {
        connections: new Map(),
        cancelMax: clock.after(left, () => end(meetingId, why)),
      };
      watches.set(meetingId, watch);
      settle(meetingId, watch);
    },
    connected: (meetingId, attendeeId) => change(meetingId, attendeeId, (before) => before + 1),
    disconnected: (meetingId, attendeeId) => change(meetingId, attendeeId, (before) => before - 1),
    removed: (meetingId, attendeeId) => change(meetingId, attendeeId, () => 0),
    forget(meetingId) {
      const watch = watches.get(meetingId);
      watch?.cancelMax();
      watch?.cancelEmpty?.();
      watches.delete(meetingId);
    },
    close() {
      for (const meetingId of [...watches.keys()]) this.forget(meetingId);
    },
  };
}
