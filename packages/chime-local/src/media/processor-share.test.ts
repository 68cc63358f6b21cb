import { describe, expect, it } from 'vitest';
import { processorShare } from './processor-share.ts';

const shareIn = (files: Record<string, string>): number => processorShare((path) => files[path]);

describe('the share of a processor that a process gets', () => {
  it('A process without a quota gets a whole processor', () => {
    expect(shareIn({})).toBe(1);
    expect(shareIn({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' })).toBe(1);
    const unlimited = { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n' };
    expect(shareIn({ '/proc/self/cgroup': '1:cpu:/\n', ...unlimited })).toBe(1);
  });

  it('A container with --cpus=0.5 gets half a processor', () => {
    const files = { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '50000 100000\n' };
    expect(shareIn(files)).toBe(0.5);
    expect(shareIn({ ...files, '/sys/fs/cgroup/cpu.max': '200000 100000\n' })).toBe(1);
  });

  it("The smallest quota of a process's groups and their parents counts", () => {
    const files = {
      '/proc/self/cgroup': '0::/user.slice/phones.service\n',
      '/sys/fs/cgroup/user.slice/phones.service/cpu.max': '60000 100000\n',
      '/sys/fs/cgroup/user.slice/cpu.max': '40000 100000\n',
      '/sys/fs/cgroup/cpu.max': 'max 100000\n',
    };
    expect(shareIn(files)).toBe(0.4);
  });

  it('A quota of control groups version 1 counts as well', () => {
    const quota = {
      '/sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us': '25000\n',
      '/sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us': '100000\n',
    };
    const groups = '4:memory:/\n3:cpu,cpuacct:/docker/1\n0::/docker/1\n';
    expect(shareIn({ '/proc/self/cgroup': groups, ...quota })).toBe(0.25);
  });
});
