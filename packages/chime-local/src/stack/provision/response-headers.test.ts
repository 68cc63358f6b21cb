import { expect, test } from 'vitest';
import { fitsPattern, headersOfPolicy } from './response-headers.ts';

test('A headers policy adds its security headers and its custom ones', () => {
  const headers = headersOfPolicy({
    SecurityHeadersConfig: {
      ContentSecurityPolicy: { ContentSecurityPolicy: "default-src 'none'" },
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'DENY' },
      ReferrerPolicy: { ReferrerPolicy: 'no-referrer' },
      XSSProtection: { Protection: true, ModeBlock: 'true' },
    },
    CustomHeadersConfig: { Items: [{ Header: 'Cache-Control', Value: 'no-cache' }] },
  });
  expect(headers).toEqual({
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'x-xss-protection': '1; mode=block',
    'cache-control': 'no-cache',
  });
  expect(headersOfPolicy({})).toEqual({});
});

test.each([
  ['assets/*', 'assets/index-1.js', true],
  ['/assets/*', 'assets/index-1.js', true],
  ['assets/*', 'other/index-1.js', false],
  ['*.js', 'assets/index-1.js', true],
  ['*.js', 'index.html', false],
  ['a?c', 'abc', true],
  ['a?c', 'abcd', false],
  ['a*b*c', 'a1b2c', true],
  ['a*b*c', 'ac', false],
  ['ab*ba', 'aba', false],
  ['*', '', true],
  ['index.html', 'index.html', true],
  ['index.html', 'index.htm', false],
])('The pattern %s is matched with the path %s', (pattern, path, fits) => {
  expect(fitsPattern(pattern, path)).toBe(fits);
});
