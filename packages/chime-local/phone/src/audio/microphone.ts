import type { NoMicrophone } from '../phone/state.ts';
import { audioContext, wake } from './context.ts';

export interface MicrophoneSettings {
  /** `deviceId` of MediaDeviceInfo; empty for the system's choice. A missing device counts as empty. */
  deviceId: string;
  /** Echo cancellation, noise suppression and automatic gain; off for music and test tones. */
  cleaned: boolean;
}

/** An open microphone, or silence in its place. */
export interface Capture {
  track: MediaStreamTrack;
  /** Why there is no microphone; absent if one is open. */
  why?: NoMicrophone;
  stop(): void;
}

/**
 * Requests the microphone; without one, provides a silent track, which can be sent as well. Never rejects.
 */
export async function openMicrophone(settings: MicrophoneSettings): Promise<Capture> {
  if (!navigator.mediaDevices) return silence(window.isSecureContext ? 'absent' : 'insecure');
  const { deviceId, cleaned } = settings;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        ...(deviceId === '' ? {} : { deviceId: { ideal: deviceId } }),
        echoCancellation: cleaned,
        noiseSuppression: cleaned,
        autoGainControl: cleaned,
      },
    });
    const track = stream.getAudioTracks()[0];
    return track ? { track, stop: () => track.stop() } : silence('absent');
  } catch (error) {
    return silence(reasonOf(error));
  }
}

/** A track that sends silence if there is no microphone: the other end still needs packets. */
export function silence(why: NoMicrophone): Capture {
  const context = audioContext();
  void wake();
  const destination = context.createMediaStreamDestination();
  const nothing = new ConstantSourceNode(context, { offset: 0 });
  nothing.connect(destination);
  nothing.start();
  const track = destination.stream.getAudioTracks()[0] as MediaStreamTrack;
  return {
    track,
    why,
    stop() {
      nothing.stop();
      nothing.disconnect();
      track.stop();
    },
  };
}

function reasonOf(error: unknown): NoMicrophone {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotReadableError' || name === 'AbortError') return 'in-use';
  return 'absent';
}
