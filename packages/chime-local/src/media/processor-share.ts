import { readFileSync } from 'node:fs';

/** Returns a file's contents; undefined if it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/** Where control groups of version 2 are mounted, and the folder of the CPU controller of version 1. */
const VERSION_2 = '/sys/fs/cgroup';
const VERSION_1 = '/sys/fs/cgroup/cpu';

/**
 * The share of one processor that this process can get at most, 0 to 1. It is less than 1 if a control group
 * has a quota, as with a container's `--cpus=0.5`. Sources: cgroups(7); cpu.max (version 2), cpu.cfs_quota_us
 * and cpu.cfs_period_us (version 1) in the kernel's documentation.
 */
export function processorShare(read: ReadText = readText): number {
  let share = 1;
  for (const line of (read('/proc/self/cgroup') ?? '').split('\n')) {
    const [, controllers = '', group = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (group === '') continue;
    // A group gets no more than its parents. In a container the folder may begin at the container's own
    // group.
    for (const folder of ancestors(group)) {
      if (controllers === '') share = Math.min(share, ofVersion2(read, VERSION_2 + folder));
      else if (controllers.split(',').includes('cpu'))
        share = Math.min(share, ofVersion1(read, VERSION_1 + folder));
    }
  }
  return share;
}

/** `/a/b`, `/a` and the root, which is the empty string. */
function ancestors(group: string): string[] {
  const names = group.split('/').filter((name) => name !== '');
  return [...names.map((_, at) => `/${names.slice(0, names.length - at).join('/')}`), ''];
}

function ofVersion2(read: ReadText, folder: string): number {
  const [quota, period] = (read(`${folder}/cpu.max`) ?? '').split(' ');
  return shareOf(quota, period);
}

function ofVersion1(read: ReadText, folder: string): number {
  const quota = read(`${folder}/cpu.cfs_quota_us`);
  return quota === undefined ? 1 : shareOf(quota, read(`${folder}/cpu.cfs_period_us`));
}

/** Without a quota the value is `max` or -1. */
function shareOf(quota: string | undefined, period: string | undefined): number {
  const share = Number(quota) / Number(period);
  return share > 0 && share < 1 ? share : 1;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
