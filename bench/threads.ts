import { readdirSync, readFileSync } from 'node:fs';

/** libuv's threads for files and names (UV_THREADPOOL_SIZE); the benchmark leaves their number at the default. */
const LIBUV_THREADS = 4;
const NS_PER_MS = 1e6;

/** Thread ids of one Node process by purpose. V8's compiler and garbage collector threads are the rest. */
export interface ThreadIds {
  media: number[];
  libuv: number[];
}

/** CPU milliseconds of a process: all threads, and its parts. */
export interface ThreadTimes {
  whole: number;
  main: number;
  media: number;
  libuv: number;
  v8: number;
}

/** Ids of this process's threads, in the order in which they were started. */
export function threadIds(pid: number | 'self' = 'self'): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .map(Number)
    .sort((a, b) => a - b);
}

/** `before`: the ids just before the media thread was started; libuv's threads are the last of them. */
export function threadsBeside(before: readonly number[]): ThreadIds {
  return {
    media: threadIds().filter((id) => !before.includes(id)),
    libuv: before.slice(-LIBUV_THREADS),
  };
}

/**
 * CPU that the threads of a process have used, to the nanosecond (schedstat of proc(5)): ticks of 10 ms hide
 * a thread that runs seldom.
 */
export function threadTimes(pid: number, { media, libuv }: ThreadIds): ThreadTimes {
  const times = { whole: 0, main: 0, media: 0, libuv: 0, v8: 0 };
  for (const id of threadIds(pid)) {
    const ms = Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]) / NS_PER_MS;
    const name = id === pid ? 'main' : media.includes(id) ? 'media' : libuv.includes(id) ? 'libuv' : 'v8';
    times[name] += ms;
    times.whole += ms;
  }
  return times;
}
