import {
  type AudioVideoFacade,
  ConsoleLogger,
  DefaultActiveSpeakerPolicy,
  DefaultDeviceController,
  DefaultMeetingSession,
  LogLevel,
  MeetingSessionConfiguration,
  MeetingSessionStatusCode,
} from 'amazon-chime-sdk-js';
import type {
  ChimePage,
  ClientState,
  JoinOptions,
  MeetingToJoin,
  Microphone,
  SeenVideo,
} from './page-contract.ts';
import { levelsIn, microphoneStream } from './sound.ts';

/** The page with the meeting client: it uses the published package as an application would. */

const TOPICS = ['chat', 'signal'];
const ACTIVE_SPEAKER_MS = 200;
const CONTENT_MS = 15_000;

let state = unjoined();
const element = new Audio();
let session: DefaultMeetingSession | undefined;
let joinedAt = 0;
/** Videos of other attendees by tile id. */
const videos = new Map<number, { attendeeId: string; element: HTMLVideoElement }>();

function unjoined(): ClientState {
  const lists = { present: [], activeSpeakers: [], messages: [], videos: [], events: [] };
  return { started: false, muted: false, ...lists };
}

function note(what: string): void {
  state.events.push({ atMs: Math.round(performance.now() - joinedAt), what });
}

function facade(): AudioVideoFacade {
  if (!session) throw new Error('Join first.');
  return session.audioVideo;
}

async function join({ meeting, attendee }: MeetingToJoin, options: JoinOptions): Promise<void> {
  joinedAt = performance.now();
  state = unjoined();
  videos.clear();
  const logger = new ConsoleLogger('client', LogLevel.INFO);
  const configuration = new MeetingSessionConfiguration(meeting, attendee);
  session = new DefaultMeetingSession(configuration, logger, new DefaultDeviceController(logger));
  watchSession(session.audioVideo);
  watchAttendees(session.audioVideo);
  watchVideos(session.audioVideo);
  await session.audioVideo.bindAudioElement(element);
  await setMicrophone(options.microphone ?? 'none');
  if (options.muted) session.audioVideo.realtimeMuteLocalAudio();
  note('start');
  session.audioVideo.start();
}

function watchSession(audioVideo: AudioVideoFacade): void {
  audioVideo.addObserver({
    audioVideoDidStartConnecting: (reconnecting) => note(reconnecting ? 'reconnecting' : 'connecting'),
    audioVideoDidStart: () => {
      note('started');
      state.started = true;
      state.startMs ??= state.events.at(-1)!.atMs - state.events.find(({ what }) => what === 'start')!.atMs;
    },
    audioVideoDidStop: (status) => {
      state.started = false;
      state.stopped = MeetingSessionStatusCode[status.statusCode()];
      note(`stopped ${state.stopped}`);
    },
    connectionDidBecomePoor: () => note('poor'),
    connectionDidBecomeGood: () => note('good'),
  });
  audioVideo.realtimeSubscribeToFatalError((error) => note(`fatal ${error.message}`));
  audioVideo.realtimeSubscribeToMuteAndUnmuteLocalAudio((muted) => {
    state.muted = muted;
  });
  for (const topic of TOPICS) {
    audioVideo.realtimeSubscribeToReceiveDataMessage(topic, (message) => {
      const { senderAttendeeId, senderExternalUserId, throttled } = message;
      state.messages.push({ topic, text: message.text(), senderAttendeeId, senderExternalUserId, throttled });
    });
  }
}

function watchAttendees(audioVideo: AudioVideoFacade): void {
  audioVideo.realtimeSubscribeToAttendeeIdPresence((attendeeId, present, externalUserId = '', dropped) => {
    const known = state.present.some((seen) => seen.attendeeId === attendeeId);
    state.present = state.present.filter((seen) => present || seen.attendeeId !== attendeeId);
    note(`${present ? (known ? 'again' : 'present') : dropped ? 'dropped' : 'left'} ${attendeeId}`);
    if (!present || known) return;
    state.present.push({ attendeeId, externalUserId });
    audioVideo.realtimeSubscribeToVolumeIndicator(attendeeId, (_, volume, muted) => {
      const seen = state.present.find((one) => one.attendeeId === attendeeId);
      if (seen && volume !== null) seen.volume = volume;
      if (!seen || muted === null || muted === seen.muted) return;
      seen.muted = muted;
      note(`${muted ? 'muted' : 'unmuted'} ${attendeeId}`);
    });
  });
  audioVideo.subscribeToActiveSpeakerDetector(
    new DefaultActiveSpeakerPolicy(),
    (speakers) => {
      state.activeSpeakers = speakers;
      note(`speaking ${speakers.join(' ')}`);
    },
    undefined,
    ACTIVE_SPEAKER_MS,
  );
}

function watchVideos(audioVideo: AudioVideoFacade): void {
  audioVideo.addObserver({
    videoTileDidUpdate: ({ tileId, boundAttendeeId, localTile, isContent }) => {
      const own = boundAttendeeId?.startsWith(session?.configuration.credentials?.attendeeId ?? '');
      if (tileId === null || !boundAttendeeId || localTile || (isContent && own) || videos.has(tileId))
        return;
      const shown = document.createElement('video');
      shown.muted = true;
      document.body.append(shown);
      videos.set(tileId, { attendeeId: boundAttendeeId, element: shown });
      audioVideo.bindVideoElement(tileId, shown);
      note(`video ${boundAttendeeId}`);
    },
    videoTileWasRemoved: (tileId) => {
      const gone = videos.get(tileId);
      if (!gone) return;
      videos.delete(tileId);
      gone.element.remove();
      note(`no video ${gone.attendeeId}`);
    },
  });
}

function seenVideos(): SeenVideo[] {
  return [...videos.values()].map(({ attendeeId, element: shown }) => ({
    attendeeId,
    width: shown.videoWidth,
    height: shown.videoHeight,
    frames: shown.getVideoPlaybackQuality().totalVideoFrames,
  }));
}

async function setMicrophone(microphone: Microphone): Promise<void> {
  if (microphone === 'none') await facade().stopAudioInput();
  else await facade().startAudioInput(microphoneStream(microphone));
}

async function setCamera(on: boolean): Promise<void> {
  if (!on) {
    facade().stopLocalVideoTile();
    await facade().stopVideoInput();
    return;
  }
  await facade().startVideoInput(movingPicture());
  facade().startLocalVideoTile();
}

async function startCamera(): Promise<void> {
  await facade().startVideoInput(await navigator.mediaDevices.getUserMedia({ video: true }));
  facade().startLocalVideoTile();
}

function movingPicture(): MediaStream {
  const canvas = document.createElement('canvas');
  const paint = canvas.getContext('2d');
  setInterval(() => paint?.fillRect(Math.random() * 100, Math.random() * 100, 9, 9), 100);
  return canvas.captureStream(10);
}

function shareContent(hz?: number): Promise<string> {
  const shared = movingPicture();
  if (hz !== undefined) for (const track of microphoneStream({ hz }).getTracks()) shared.addTrack(track);
  return new Promise((resolve) => {
    setTimeout(() => resolve('nothing happened'), CONTENT_MS);
    facade().addContentShareObserver({
      contentShareDidStart: () => resolve('started'),
      contentShareDidStop: () => resolve('stopped'),
    });
    facade()
      .startContentShare(shared)
      .catch((error: Error) => resolve(`failed ${error.message}`));
  });
}

async function packetsReceived(): Promise<number> {
  const report = await facade().getRTCPeerConnectionStats();
  let packets = 0;
  for (const one of report?.values() ?? [])
    if (one.type === 'inbound-rtp' && one.kind === 'audio') packets += one.packetsReceived;
  return packets;
}

const page: ChimePage = {
  join,
  state: () => ({ ...state, videos: seenVideos() }),
  levels: (hz) => levelsIn(element, hz),
  setMicrophone,
  mute: () => facade().realtimeMuteLocalAudio(),
  unmute: () => facade().realtimeUnmuteLocalAudio(),
  send: (topic, text, lifetimeMs) => facade().realtimeSendDataMessage(topic, text, lifetimeMs),
  setCamera,
  shareContent,
  startCamera,
  stopContent: () => facade().stopContentShare(),
  async leave() {
    await facade().stopAudioInput();
    facade().unbindAudioElement();
    facade().stop();
  },
  packetsReceived,
};
window.chimePage = page;
