import type { CallInput } from '../engine/inputs.ts';
import type { CallOutput } from '../engine/outputs.ts';
import { type EntryOf, RECORD_VERSION, type ReportedEntry } from '../record/entries.ts';
import { recordedOutputs } from '../record/recorded-outputs.ts';

/** One step of the engine: its input and its outputs. `at`: milliseconds since the epoch. */
interface StepTaken {
  input: CallInput;
  outputs: readonly CallOutput[];
  at: number;
}

/** The answer of a table to the function, which was working on the event with that `Sequence`. */
export type TableAnswered = Omit<EntryOf<'TableAnswer'>, 'kind' | 'at' | 'ms' | 'requestId'> & {
  sequence: number;
};

/** The steps of a call, written as the runtime records calls. */
export class StepsTaken {
  readonly #steps: StepTaken[] = [];
  readonly #tableAnswers: TableAnswered[] = [];

  add(step: StepTaken): void {
    this.#steps.push(step);
  }

  tableAnswered(answer: TableAnswered): void {
    this.#tableAnswers.push(answer);
  }

  /** The record (JSON Lines) of a call that began at `beganAt` (milliseconds since the epoch), including its keys. */
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
    const entries = this.#steps.flatMap(({ input, outputs, at }) =>
      [
        ...this.#invocationBefore(input, at),
        { kind: 'Input', input },
        ...recordedOutputs(outputs).map((output) => ({ kind: 'Output', output })),
      ].map(({ kind, ...entry }) => ({ kind, at, ms: at - beganAt, ...entry })),
    );
    return `${[begin, ...entries].map((entry) => JSON.stringify(entry)).join('\n')}\n`;
  }

  /** The invocation that ended with this input, and what tables answered it. Empty if they answered nothing. */
  #invocationBefore(input: CallInput, at: number): ReportedEntry[] {
    if (input.kind !== 'FunctionResponded' && input.kind !== 'FunctionFailed') return [];
    const { sequence } = input;
    const answers = this.#tableAnswers.filter((answer) => answer.sequence === sequence);
    if (answers.length === 0) return [];
    const [invoked] = this.#steps.flatMap(({ outputs, at: began }) =>
      outputs.flatMap((output) =>
        output.kind === 'InvokeFunction' && output.event.Sequence === sequence
          ? [{ functionArn: output.functionArn, began }]
          : [],
      ),
    );
    if (!invoked) return [];
    const { functionArn, began } = invoked;
    const requestId = `invocation-${sequence}`;
    const outcome = input.kind === 'FunctionResponded' ? 'answered' : 'error';
    const durationMs = at - began;
    return [
      ...answers.map(({ sequence: _, ...answer }) => ({
        kind: 'TableAnswer' as const,
        requestId,
        ...answer,
      })),
      { kind: 'Invocation', sequence, attempt: 1, functionArn, requestId, durationMs, outcome },
    ];
  }
}
