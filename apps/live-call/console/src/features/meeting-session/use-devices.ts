import { useEffect, useState } from 'react';
import { type Devices, deviceOf, listDevices, watchDevices } from './microphone.ts';

/** The machine's devices, and which microphone is open. */
interface KnownDevices extends Devices {
  /** Id of the open microphone; `''` when none is open or its id is not known. */
  open: string;
}

const NONE: KnownDevices = { microphones: [], speakers: [], open: '' };

/** The devices that are connected now. Their names become known when a microphone is opened for the first time. */
export function useDevices(microphone: MediaStream | undefined): KnownDevices {
  const [devices, setDevices] = useState(NONE);
  useEffect(() => {
    let wanted = true;
    const look = () =>
      void listDevices().then((found) => {
        if (wanted) setDevices({ ...found, open: deviceOf(microphone) });
      });
    look();
    const end = watchDevices(look);
    return () => {
      wanted = false;
      end();
    };
  }, [microphone]);
  return devices;
}
