import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type CollectGarbage = (how?: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * Gives back to the system what a start has used and left: V8 keeps an empty heap for whoever fills it again, unless it is
 * told that memory is short. Stops this thread for a tenth of a second.
 */
export function giveMemoryBack(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as CollectGarbage;
  collect();
  // What V8 calls its last resort gives the empty pages back; versions that do not know it collect once more.
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
