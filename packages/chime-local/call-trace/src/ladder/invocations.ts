import type { EntryOf, RecordEntry } from 'pstn-audio/record';

/** One invocation of the function, put together from its entries. */
export interface Invocation {
  /** The event. */
  output: EntryOf<'Output'>;
  /** How it went, once it is over. */
  ended?: EntryOf<'Invocation'>;
  /** The answer as the engine was given it. */
  answer?: EntryOf<'Input'>;
  log: EntryOf<'FunctionLog'>[];
}

/** The invocations of a call, by the places in the record of their event and of their answer. */
export function invocationsOf(entries: readonly RecordEntry[]): Map<number, Invocation> {
  const found = new Map<number, Invocation>();
  const logs = new Map<string, EntryOf<'FunctionLog'>[]>();
  /** Those of which nothing has come back, by the number of their event; a retry has the same. */
  const open = new Map<number, Invocation>();
  entries.forEach((entry, index) => {
    if (entry.kind === 'FunctionLog') {
      const lines = logs.get(entry.requestId) ?? [];
      lines.push(entry);
      logs.set(entry.requestId, lines);
    } else if (entry.kind === 'Output' && entry.output.kind === 'InvokeFunction') {
      const invocation: Invocation = { output: entry, log: [] };
      open.set(entry.output.sequence, invocation);
      found.set(index, invocation);
    } else if (entry.kind === 'Invocation') {
      const invocation = open.get(entry.sequence);
      if (!invocation) return;
      invocation.ended = entry;
      invocation.log = logs.get(entry.requestId ?? '') ?? [];
    } else if (entry.kind === 'Input' && 'sequence' in entry.input) {
      const invocation = open.get(entry.input.sequence);
      if (!invocation) return;
      invocation.answer = entry;
      found.set(index, invocation);
    }
  });
  return found;
}
