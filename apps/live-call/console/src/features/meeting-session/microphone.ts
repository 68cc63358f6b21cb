/** This machine's microphones and speakers, as the page uses them. */

export interface Device {
  id: string;
  label: string;
}

export interface Devices {
  microphones: Device[];
  /** Empty when this browser does not let pages choose a speaker. */
  speakers: Device[];
}

/** Why there is no microphone. */
export type MicrophoneProblem = 'refused' | 'none' | 'busy' | 'unknown';

/** What to tell the person, including what to do about it. */
export const PROBLEM_WORDS: Record<MicrophoneProblem, string> = {
  refused:
    'This browser does not let the page use a microphone. Allow it beside the address of the page, then try again.',
  none: 'No microphone was found. Connect one, then try again.',
  busy: 'The microphone could not be opened: another program may be using it. Close that, then try again.',
  unknown: 'The microphone could not be opened. Try again, or choose another one.',
};

/** Opens a microphone; `''` is the browser's own choice. Asks the person for permission where necessary. */
export async function openMicrophone(deviceId: string): Promise<MediaStream | MicrophoneProblem> {
  const audio: MediaTrackConstraints = {
    ...(deviceId === '' ? {} : { deviceId: { exact: deviceId } }),
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
  };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    return problemOf(error);
  }
}

/** Source: Media Capture and Streams, getUserMedia. */
function problemOf(error: unknown): MicrophoneProblem {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'unknown';
}

export function stopMicrophone(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** The id of the microphone that a stream comes from; `''` when it is not known. */
export function deviceOf(stream: MediaStream | undefined): string {
  return stream?.getAudioTracks()[0]?.getSettings().deviceId ?? '';
}

/** The devices by name. Until the use of a microphone is allowed, browsers report neither names nor speakers. */
export async function listDevices(): Promise<Devices> {
  const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  const of = (kind: MediaDeviceKind): Device[] =>
    all
      .filter((one) => one.kind === kind && one.deviceId !== '')
      .map(({ deviceId, label }, index) => ({ id: deviceId, label: label || `Device ${index + 1}` }));
  const choosable = 'setSinkId' in HTMLMediaElement.prototype;
  return { microphones: of('audioinput'), speakers: choosable ? of('audiooutput') : [] };
}

/** Calls `changed` whenever a device is connected or taken away; returns the function that stops it. */
export function watchDevices(changed: () => void): () => void {
  navigator.mediaDevices.addEventListener('devicechange', changed);
  return () => navigator.mediaDevices.removeEventListener('devicechange', changed);
}
