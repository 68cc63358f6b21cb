/**
 * Uses Amazon's client library, unchanged. It is loaded only when somebody joins, since it is larger than the
 * rest of the page.
 */
import {
  type AudioVideoFacade,
  type AudioVideoObserver,
  ConsoleLogger,
  DefaultDeviceController,
  DefaultMeetingSession,
  LogLevel,
  MeetingSessionConfiguration,
  type MeetingSessionStatus,
  MeetingSessionStatusCode,
} from 'amazon-chime-sdk-js';
import type { ConnectionEvents, EndReason, MeetingConnection, OpenConnection } from './connection.ts';

/** What the library appends to the attendee id for a shared screen: `<attendeeId>#content`. */
const CONTENT = '#';

export const openConnection: OpenConnection = async (options) => {
  const { join, outlet, microphone, speaker, events } = options;
  // The library's own log lines do not belong in the browser's console: its events report what happens.
  const logger = new ConsoleLogger('meeting', LogLevel.OFF);
  const devices = new DefaultDeviceController(logger, { enableWebAudio: false });
  const session = new DefaultMeetingSession(configurationOf(options.join), logger, devices);
  const connection = new ChimeConnection(session.audioVideo, () => session.destroy(), events);
  const self = join.Attendee.AttendeeId;
  watchAttendees(session.audioVideo, self, events);
  if (microphone) await session.audioVideo.startAudioInput(microphone);
  else {
    session.audioVideo.realtimeMuteLocalAudio();
    session.audioVideo.realtimeSetCanUnmuteLocalAudio(false);
  }
  if (speaker) await session.audioVideo.chooseAudioOutput(speaker).catch(() => undefined);
  await session.audioVideo.bindAudioElement(outlet);
  session.audioVideo.start();
  return connection;
};

/** The configuration without the address for the service's own statistics: the page reports its use to nobody. */
function configurationOf(join: Parameters<OpenConnection>[0]['join']): MeetingSessionConfiguration {
  const { EventIngestionUrl: _, ...MediaPlacement } = join.Meeting.MediaPlacement;
  return new MeetingSessionConfiguration({ ...join.Meeting, MediaPlacement }, join.Attendee);
}

class ChimeConnection implements MeetingConnection {
  readonly #audio: AudioVideoFacade;
  readonly #destroy: () => Promise<void>;
  readonly #events: ConnectionEvents;
  #stopped = false;

  constructor(audio: AudioVideoFacade, destroy: () => Promise<void>, events: ConnectionEvents) {
    this.#audio = audio;
    this.#destroy = destroy;
    this.#events = events;
    const observer: AudioVideoObserver = {
      audioVideoDidStartConnecting: (again) => events.connecting(again),
      audioVideoDidStart: () => events.connected(),
      audioVideoDidStop: (status) => this.#onStopped(reasonOf(status)),
      connectionDidBecomePoor: () => events.quality(true),
      connectionDidBecomeGood: () => events.quality(false),
    };
    audio.addObserver(observer);
  }

  setMuted(muted: boolean): void {
    if (muted) this.#audio.realtimeMuteLocalAudio();
    else this.#audio.realtimeUnmuteLocalAudio();
  }

  async speakWith(microphone: MediaStream): Promise<void> {
    await this.#audio.startAudioInput(microphone);
  }

  async hearWith(deviceId: string): Promise<void> {
    await this.#audio.chooseAudioOutput(deviceId === '' ? null : deviceId);
  }

  async close(): Promise<void> {
    if (!this.#stopped) this.#audio.stop();
  }

  #onStopped(why: EndReason): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#events.ended(why);
    this.#audio.unbindAudioElement();
    void this.#audio.stopAudioInput().then(this.#destroy);
  }
}

/**
 * Reports each attendee's presence, and subscribes to each volume only once: after a reconnection the library
 * reports presence again.
 */
function watchAttendees(audio: AudioVideoFacade, self: string, events: ConnectionEvents): void {
  const known = new Set<string>();
  audio.realtimeSubscribeToAttendeeIdPresence((id, present, externalUserId, dropped) => {
    if (id.includes(CONTENT)) return;
    events.presence(id, externalUserId ?? '', present, dropped ?? false);
    if (!present) {
      known.delete(id);
      audio.realtimeUnsubscribeFromVolumeIndicator(id);
    } else if (!known.has(id)) {
      known.add(id);
      audio.realtimeSubscribeToVolumeIndicator(id, (who, volume, muted) => {
        if (volume !== null) events.volume(who, volume);
        // For the page's own attendee, the library's local mute events are more accurate than the service's
        // report.
        if (muted !== null && who !== self) events.muted(who, muted);
      });
    }
  });
  audio.realtimeSubscribeToMuteAndUnmuteLocalAudio((muted) => events.muted(self, muted));
}

const REASONS: Partial<Record<MeetingSessionStatusCode, EndReason>> = {
  [MeetingSessionStatusCode.Left]: 'left',
  [MeetingSessionStatusCode.MeetingEnded]: 'meeting-ended',
  [MeetingSessionStatusCode.AudioAttendeeRemoved]: 'removed',
  [MeetingSessionStatusCode.AudioJoinedFromAnotherDevice]: 'elsewhere',
  [MeetingSessionStatusCode.AudioAuthenticationRejected]: 'rejected',
  [MeetingSessionStatusCode.AudioCallAtCapacity]: 'full',
};

function reasonOf(status: MeetingSessionStatus): EndReason {
  return REASONS[status.statusCode()] ?? 'lost';
}
