import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunningStack } from '#testkit';

/** Of what the system counts as one tick: 10 ms on Linux. */
const MS_PER_TICK = 10;
/** Between two questions to the main thread, ms. */
const ASK_MS = 10;

/** What the main thread has computed so far, ms; 0 where the system does not say. proc_pid_stat(5), utime and stime. */
function computedMs({ pid }: RunningStack): number {
  if (process.platform !== 'linux') return 0;
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (user + system) * MS_PER_TICK;
}

/**
 * The most that the main thread computed before it answered another client, while `work` was done: time of its own, so that
 * a busy machine makes it no longer.
 */
export async function longestTurn<T>(
  stack: RunningStack,
  work: Promise<T>,
): Promise<{ result: T; ms: number }> {
  let done = false;
  const end = work.finally(() => {
    done = true;
  });
  let ms = 0;
  for (let before = computedMs(stack); !done; ) {
    // Refused, as it is not signed; but answered.
    await (await fetch(stack.endpoints.awsEndpoint)).arrayBuffer();
    const now = computedMs(stack);
    ms = Math.max(ms, now - before);
    before = now;
    await Promise.race([end, pause(ASK_MS)]);
  }
  return { result: await end, ms };
}
