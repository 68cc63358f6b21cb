/**
 * Replaces the page's connection to a meeting: instead of the script that the page loads when somebody joins,
 * it gets this one. It runs in the browser; a test talks to it through `window.pretendMeeting`.
 */
import type {
  ConnectionEvents,
  ConnectionOptions,
  MeetingConnection,
  OpenConnection,
} from '../../apps/live-call/console/src/features/meeting-session/connection.ts';

/** What a test can see of the connection and do with it. */
export interface PretendMeeting {
  options: ConnectionOptions;
  events: ConnectionEvents;
  muted: boolean;
  microphones: number;
  speaker: string | undefined;
  closed: boolean;
}

declare global {
  interface Window {
    pretendMeeting?: PretendMeeting;
    /** Set before the page joins: the connection is established only when the test says so. */
    pretendSlow?: boolean;
    /** Set before the page chooses a speaker: the browser refuses it. */
    pretendNoSpeaker?: boolean;
  }
}

export const openConnection: OpenConnection = async (options) => {
  const { events, join } = options;
  const me = join.Attendee;
  const meeting: PretendMeeting = {
    options,
    events,
    muted: options.microphone === undefined,
    microphones: options.microphone ? 1 : 0,
    speaker: options.speaker,
    closed: false,
  };
  window.pretendMeeting = meeting;
  events.connecting(false);
  if (!window.pretendSlow)
    setTimeout(() => {
      events.connected();
      events.presence(me.AttendeeId, me.ExternalUserId, true, false);
    });
  const connection: MeetingConnection = {
    setMuted(muted) {
      meeting.muted = muted;
      events.muted(me.AttendeeId, muted);
    },
    async speakWith() {
      meeting.microphones += 1;
    },
    async hearWith(deviceId) {
      if (window.pretendNoSpeaker) throw new Error('refused');
      meeting.speaker = deviceId;
    },
    async close() {
      if (!meeting.closed) events.ended('left');
      meeting.closed = true;
    },
  };
  return connection;
};
