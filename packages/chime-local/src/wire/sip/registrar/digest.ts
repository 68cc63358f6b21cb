import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { SipRequest } from '../messages/message.ts';
import type { HeaderPair } from '../messages/response.ts';
import { splitList, unquote } from '../messages/scan.ts';

/** Parameters of digest authentication (RFC 7616 with RFC 8760). */
export interface DigestOptions {
  /** Shown to the user of the phone. */
  readonly realm: string;
  /** One password for all phones. */
  readonly password: string;
  /** The key of the nonces: random, for this run only. */
  readonly key: string;
}

export type DigestVerdict = 'proved' | 'stale' | 'none' | 'wrong';

/** RFC 8760 section 2.2: the stronger algorithm first; MD5 for phones that support no other. */
const ALGORITHMS = { 'SHA-256': 'sha256', MD5: 'md5' } as const;
/**
 * How long a nonce is valid, ms: a phone may use it in several requests, and repeated datagrams contain it.
 */
const NONCE_MS = 300_000;
const SIGNED_LENGTH = 32;

/** The two challenges of a 401. `address`: whom the nonce is for, so that others cannot use it. */
export function challenges(
  { realm, key }: DigestOptions,
  address: string,
  now: number,
  stale: boolean,
): HeaderPair[] {
  const nonce = createNonce(key, address, Math.floor(now).toString(36));
  return Object.keys(ALGORITHMS).map((algorithm) => [
    'WWW-Authenticate',
    `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${stale ? ', stale=true' : ''}`,
  ]);
}

function createNonce(key: string, address: string, time: string): string {
  return `${time}.${createHmac('sha256', key).update(`${time} ${address}`).digest('hex').slice(0, SIGNED_LENGTH)}`;
}

/**
 * Checks the Authorization fields of a request: one valid field is enough. `isUser` tells whether a user name
 * is right.
 */
export function judgeDigest(
  options: DigestOptions,
  request: SipRequest,
  { isUser, address, now }: { isUser: (name: string) => boolean; address: string; now: number },
): DigestVerdict {
  let verdict: DigestVerdict = 'none';
  for (const field of request.headers.fields('authorization').slice(0, 4)) {
    const match = /^Digest\s+(.*)$/is.exec(field);
    if (!match) continue;
    const params = readParams(match[1]!);
    if (!isUser(params.get('username') ?? '') || !isRight(options, request.method, params)) verdict = 'wrong';
    else if (isFresh(options.key, address, params.get('nonce') ?? '', now)) return 'proved';
    else verdict = 'stale';
  }
  return verdict;
}

function readParams(text: string): Map<string, string> {
  const params = new Map<string, string>();
  for (const part of splitList(text)) {
    const equals = part.indexOf('=');
    if (equals > 0)
      params.set(part.slice(0, equals).trim().toLowerCase(), unquote(part.slice(equals + 1).trim()));
  }
  return params;
}

/** RFC 7616 section 3.4.1; without `qop` as in RFC 2069, which old phones still use. */
function isRight({ realm, password }: DigestOptions, method: string, params: Map<string, string>): boolean {
  const name = (params.get('algorithm') ?? 'MD5').toUpperCase();
  const algorithm = name === 'MD5' || name === 'SHA-256' ? ALGORITHMS[name] : undefined;
  if (!algorithm || params.get('realm') !== realm) return false;
  const digest = (text: string) => hash(algorithm, text, 'hex');
  const part = (key: string) => params.get(key) ?? '';
  const secret = digest(`${part('username')}:${realm}:${password}`);
  const asked = digest(`${method}:${part('uri')}`);
  const qop = params.get('qop');
  if (qop !== undefined && qop.toLowerCase() !== 'auth') return false;
  const middle =
    qop === undefined ? part('nonce') : `${part('nonce')}:${part('nc')}:${part('cnonce')}:${qop}`;
  const expected = Buffer.from(digest(`${secret}:${middle}:${asked}`));
  const given = Buffer.from(part('response').toLowerCase());
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function isFresh(key: string, address: string, nonce: string, now: number): boolean {
  const time = nonce.split('.', 1)[0]!;
  if (!/^[0-9a-z]{1,11}$/.test(time) || createNonce(key, address, time) !== nonce) return false;
  const age = now - Number.parseInt(time, 36);
  return age >= -1 && age <= NONCE_MS;
}
