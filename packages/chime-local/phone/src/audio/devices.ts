export interface AudioDevice {
  id: string;
  label: string;
}

export interface AudioDevices {
  microphones: AudioDevice[];
  speakers: AudioDevice[];
}

export const NO_DEVICES: AudioDevices = { microphones: [], speakers: [] };

/** Whether this browser lets a page choose the speaker. */
export function speakerCanBeChosen(): boolean {
  return 'setSinkId' in HTMLMediaElement.prototype;
}

/** Reports the existing devices, now and whenever they change. @returns a function that stops this */
export function watchDevices(tell: (devices: AudioDevices) => void): () => void {
  const { mediaDevices } = navigator;
  if (!mediaDevices) return () => {};
  const look = () => {
    mediaDevices.enumerateDevices().then(
      (all) => tell(sorted(all)),
      () => tell(NO_DEVICES),
    );
  };
  look();
  mediaDevices.addEventListener('devicechange', look);
  return () => mediaDevices.removeEventListener('devicechange', look);
}

/** The current devices; their names are known only after the user has allowed the microphone once. */
export async function lookForDevices(): Promise<AudioDevices> {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return sorted(all);
}

function sorted(all: readonly MediaDeviceInfo[]): AudioDevices {
  return {
    microphones: named(all, 'audioinput', 'Microphone'),
    speakers: named(all, 'audiooutput', 'Speaker'),
  };
}

/** Omits the `default` entry, for which the page has its own text, and entries without an id. */
function named(all: readonly MediaDeviceInfo[], kind: MediaDeviceKind, name: string): AudioDevice[] {
  return all
    .filter((device) => device.kind === kind && device.deviceId !== '' && device.deviceId !== 'default')
    .map((device, index) => ({ id: device.deviceId, label: device.label || `${name} ${index + 1}` }));
}
