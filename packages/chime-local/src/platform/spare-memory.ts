import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type CollectGarbage = (how?: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * Returns memory that the start has used and left to the system. V8 keeps an empty heap for later use unless
 * it is told that memory is short. Blocks this thread for a tenth of a second.
 */
export function giveMemoryBack(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as CollectGarbage;
  collect();
  // V8's "last resort" collection returns the empty pages; versions that do not know it collect once more.
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
