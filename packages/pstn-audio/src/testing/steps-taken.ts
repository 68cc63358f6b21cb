import type { CallInput } from '../engine/inputs.ts';
import type { CallOutput } from '../engine/outputs.ts';
import { RECORD_VERSION } from '../record/entries.ts';

/** One step of the engine: what happened, and what it wanted done about it. `at`: milliseconds since the epoch. */
interface StepTaken {
  input: CallInput;
  outputs: readonly CallOutput[];
  at: number;
}

/** The steps of a call, written as the runtime records calls. */
export class StepsTaken {
  readonly #steps: StepTaken[] = [];

  add(step: StepTaken): void {
    this.#steps.push(step);
  }

  /** The record (JSON Lines) of a call that began then, in milliseconds since the epoch; keys are in it. */
  record(transactionId: string, beganAt: number): string {
    const begin = {
      kind: 'Begin',
      at: beganAt,
      ms: 0,
      record: RECORD_VERSION,
      transactionId,
      keys: 'kept',
      writer: 'pstn-audio',
    };
    const entries = this.#steps.flatMap(({ input, outputs, at }) => [
      { kind: 'Input', at, ms: at - beganAt, input },
      ...outputs.map((output) => ({ kind: 'Output', at, ms: at - beganAt, output })),
    ]);
    return `${[begin, ...entries].map((entry) => JSON.stringify(entry)).join('\n')}\n`;
  }
}
