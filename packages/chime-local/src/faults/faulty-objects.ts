import type { AudioObjects } from '#call-host';
import type { Faults } from './faults.ts';

/** Prompts as the service reads them, but for those that a fault keeps from it. */
export function faultyObjects(objects: AudioObjects, faults: Faults): AudioObjects {
  return {
    read: (bucket, key) => objects.read(bucket, key),
    version: (bucket, key) =>
      faults.take('missing-object', `${bucket}/${key}`) ? undefined : objects.version(bucket, key),
  };
}
