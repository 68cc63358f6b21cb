import { describe, expect, it } from 'vitest';
import { bucketOfHost } from './aws-hosts.ts';

/** Limit on CPU time in milliseconds. A name with sixty hyphens used to take minutes. */
const SOON_MS = 200;

describe('the bucket in a host name', () => {
  it.each([
    ['wav.s3.amazonaws.com', 'wav'],
    ['wav.s3.us-east-1.amazonaws.com', 'wav'],
    ['wav.s3-us-west-2.amazonaws.com', 'wav'],
    ['a.b-c.s3.dualstack.eu-central-1.amazonaws.com', 'a.b-c'],
    ['wav.s3-accelerate.amazonaws.com', 'wav'],
    ['wav.s3.cn-north-1.amazonaws.com.cn', 'wav'],
    ['s3.amazonaws.com', undefined],
    ['wav.s3.example.com', undefined],
  ])('The bucket in %s is %s', (name, bucket) => expect(bucketOfHost(name)).toBe(bucket));

  it.each([
    `a.s3${'-a'.repeat(110)}.amazonaws.net`,
    `a${'.s3-a'.repeat(40)}.api.aws`,
    `${'a.s3'.repeat(8_000)}!`,
  ])('A name that nearly contains a bucket is read quickly', (name) => {
    const before = process.cpuUsage();
    expect(bucketOfHost(name)).toBeUndefined();
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(SOON_MS);
  });
});
