import { readFileSync } from 'node:fs';

/** What a file holds; undefined when there is none. */
export type ReadText = (path: string) => string | undefined;

/** Where control groups are mounted; of version 1 the controller's folder below it. */
const VERSION_2 = '/sys/fs/cgroup';
const VERSION_1 = '/sys/fs/cgroup/cpu';

/**
 * How much of one processor this process gets at most, 0 to 1: less than 1 where a control group gives it a quota, as a container's
 * `--cpus=0.5` does. Source: cgroups(7); cpu.max (version 2), cpu.cfs_quota_us and cpu.cfs_period_us (version 1) of the
 * kernel's documents.
 */
export function processorShare(read: ReadText = readText): number {
  let share = 1;
  for (const line of (read('/proc/self/cgroup') ?? '').split('\n')) {
    const [, controllers = '', group = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (group === '') continue;
    // A group gets no more than those it is in. In a container the folder may begin at its own group.
    for (const folder of ancestors(group)) {
      if (controllers === '') share = Math.min(share, ofVersion2(read, VERSION_2 + folder));
      else if (controllers.split(',').includes('cpu'))
        share = Math.min(share, ofVersion1(read, VERSION_1 + folder));
    }
  }
  return share;
}

/** `/a/b`, `/a` and the root, which is empty. */
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

/** No quota is `max` or -1. */
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
