import { expect, it } from 'vitest';
import { sourceKey } from './source-key.ts';

it('One subscriber is one source: an IPv4 address, 64 bits of IPv6', () => {
  expect(sourceKey('192.0.2.7')).toBe('192.0.2.7');
  expect(sourceKey('::ffff:192.0.2.7')).toBe('192.0.2.7');
  expect(sourceKey('2001:db8:0:1::5')).toBe('2001:db8:0:1::/64');
  expect(sourceKey('2001:DB8::1:ffff:0:0:9')).toBe(sourceKey('2001:db8:0:1::2'));
  expect(sourceKey('2001:db8:0:2::5')).not.toBe(sourceKey('2001:db8:0:1::5'));
  expect(sourceKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
  expect(sourceKey('::1')).toBe('0:0:0:0::/64');
});
