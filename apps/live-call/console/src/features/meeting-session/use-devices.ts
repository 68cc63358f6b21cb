import { useEffect, useState } from 'react';
import { type Devices, deviceOf, listDevices, watchDevices } from './microphone.ts';

/** The machine's devices, and which of the microphones is open. */
interface KnownDevices extends Devices {
  /** Its id; '' when none is, or it is not known. */
  open: string;
}

const NONE: KnownDevices = { microphones: [], speakers: [], open: '' };

/** The devices that are connected now; with the first microphone that is opened their names become known. */
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
