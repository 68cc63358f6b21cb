/** Headers by lower-case name. */
export type ResponseHeaders = Readonly<Record<string, string>>;

interface HeadersPolicyConfig {
  SecurityHeadersConfig?: {
    ContentSecurityPolicy?: { ContentSecurityPolicy?: unknown };
    ContentTypeOptions?: object;
    FrameOptions?: { FrameOption?: unknown };
    ReferrerPolicy?: { ReferrerPolicy?: unknown };
    XSSProtection?: { Protection?: unknown; ModeBlock?: unknown };
  };
  CustomHeadersConfig?: { Items?: { Header?: unknown; Value?: unknown }[] };
}

/**
 * The headers that an `AWS::CloudFront::ResponseHeadersPolicy` adds, given its `ResponseHeadersPolicyConfig`.
 * Strict-Transport-Security is omitted, because it must not be sent over plain HTTP (RFC 6797 section 7.2).
 */
export function headersOfPolicy(config: HeadersPolicyConfig): ResponseHeaders {
  const security = config.SecurityHeadersConfig ?? {};
  const protection = security.XSSProtection;
  const headers: Record<string, unknown> = {
    'content-security-policy': security.ContentSecurityPolicy?.ContentSecurityPolicy,
    'x-content-type-options': security.ContentTypeOptions && 'nosniff',
    'x-frame-options': security.FrameOptions?.FrameOption,
    'referrer-policy': security.ReferrerPolicy?.ReferrerPolicy,
    'x-xss-protection':
      protection &&
      (isTrue(protection.Protection) ? (isTrue(protection.ModeBlock) ? '1; mode=block' : '1') : '0'),
  };
  for (const { Header, Value } of config.CustomHeadersConfig?.Items ?? []) {
    headers[String(Header).toLowerCase()] = Value;
  }
  const named = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(named.map(([name, value]) => [name, String(value)]));
}

const isTrue = (value: unknown): boolean => String(value) === 'true';

/**
 * Whether a path (without its leading slash) matches a cache behaviour's pattern: `*` any characters, `?`
 * one.
 */
export function fitsPattern(pattern: string, path: string): boolean {
  const parts = pattern.replace(/^\//, '').split('*');
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    const found =
      last && index > 0 ? Math.max(at, path.length - part.length) : indexOf(path, part, at, index === 0);
    if (found < 0 || !sameAt(path, part, found)) return false;
    at = found + part.length;
  }
  return at === path.length || parts.length > 1;
}

function indexOf(path: string, part: string, from: number, only: boolean): number {
  const end = only ? from : path.length - part.length;
  for (let at = from; at <= end; at += 1) if (sameAt(path, part, at)) return at;
  return -1;
}

function sameAt(path: string, part: string, at: number): boolean {
  if (at + part.length > path.length) return false;
  for (let index = 0; index < part.length; index += 1) {
    if (part[index] !== '?' && part[index] !== path[at + index]) return false;
  }
  return true;
}
