import type { AudioObjects } from '#call-host';
import type { Faults } from './faults.ts';

/** The prompts as the service reads them, except those that a fault hides. */
export function faultyObjects(objects: AudioObjects, faults: Faults): AudioObjects {
  return {
    read: (bucket, key) => objects.read(bucket, key),
    version: (bucket, key) =>
      faults.take('missing-object', `${bucket}/${key}`) ? undefined : objects.version(bucket, key),
  };
}
