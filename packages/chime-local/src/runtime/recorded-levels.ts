import type { CallRecords } from '#call-record';
import { LEVEL_MS, type LegSoundLevels, SILENT } from '#media-edge';

/** Records the audio levels of call legs; for legs that belong to no call, nothing is kept. */
export function recordLevels(
  records: Pick<CallRecords, 'addToLeg'>,
): (legs: readonly LegSoundLevels[]) => void {
  return (legs) => {
    for (const { legId, heard, said } of legs) {
      records.addToLeg(legId, {
        kind: 'Levels',
        legId,
        everyMs: LEVEL_MS,
        ...direction('heard', heard),
        ...direction('said', said),
      });
    }
  };
}

/** Empty if the direction is silent. */
function direction(name: 'heard' | 'said', values: Uint8Array): object {
  if (values.every((value) => value === SILENT)) return {};
  const peak: number[] = [];
  const mean: number[] = [];
  for (let at = 0; at < values.length; at += 2) {
    peak.push(values[at] ?? SILENT);
    mean.push(values[at + 1] ?? SILENT);
  }
  return { [name]: { peak, mean } };
}
