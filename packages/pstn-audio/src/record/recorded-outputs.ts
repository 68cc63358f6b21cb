import type { CallOutput } from '../engine/outputs.ts';

/** The outputs that a record keeps. `WakeAt` sets a timer; what follows from it is recorded as the next input. */
export function recordedOutputs(outputs: readonly CallOutput[]): CallOutput[] {
  return outputs.filter(({ kind }) => kind !== 'WakeAt');
}
