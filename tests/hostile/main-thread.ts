import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunningStack } from '#testkit';

/** Milliseconds of the system's clock tick: 10 ms on Linux. */
const MS_PER_TICK = 10;
/** Milliseconds between two requests to the main thread. */
const ASK_MS = 10;

/**
 * CPU milliseconds that the main thread has used so far; 0 where the system does not report them.
 * proc_pid_stat(5), utime and stime.
 */
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
 * The most CPU time that the main thread used before it answered another client, while `work` was done. CPU
 * time is measured so that a busy machine does not lengthen it.
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
    // The request is refused because it is not signed; but it is answered.
    await (await fetch(stack.endpoints.awsEndpoint)).arrayBuffer();
    const now = computedMs(stack);
    ms = Math.max(ms, now - before);
    before = now;
    await Promise.race([end, pause(ASK_MS)]);
  }
  return { result: await end, ms };
}
