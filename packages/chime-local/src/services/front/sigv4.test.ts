import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPERATOR, REGION, ROLE } from '../testing/endpoint.ts';
import { canonicalPath, canonicalQuery, canonicalS3Path, headerMap, normaliseEscapes } from './canonical.ts';
import { readSignature, SignatureProblem } from './request-signature.ts';
import { createVerifier } from './sigv4.ts';
import { sdkSigner } from './testing/signer.ts';

const { sessionToken: _, ...ROLE_WITHOUT_TOKEN } = ROLE;
const NOW = Date.parse('2026-03-31T12:00:00Z');
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const verifier = createVerifier(
  (id) => [OPERATOR, ROLE].filter((keys) => keys.accessKeyId === id).map((keys) => ({ ...keys, arn: id }))[0],
  () => NOW,
);

interface Wire {
  method: string;
  rawPath: string;
  rawQuery: string;
  rawHeaders: string[];
}

/** The request as the server receives it, built from a request that the SDK has signed. */
function onTheWire(signed: {
  method: string;
  path: string;
  query?: Record<string, unknown>;
  headers: Record<string, string>;
}): Wire {
  const pairs = Object.entries(signed.query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${encode(name)}=${encode(String(one))}`),
  );
  return {
    method: signed.method,
    rawPath: signed.path,
    rawQuery: pairs.join('&'),
    rawHeaders: Object.entries(signed.headers).flat(),
  };
}

function verify(wire: Wire, payloadHash?: string): string {
  const headers = headerMap(wire.rawHeaders);
  const auth = readSignature(headers, wire.rawQuery);
  const hash = payloadHash ?? auth.payloadHash ?? EMPTY_HASH;
  return verifier.verify({ ...wire, headers, auth, payloadHash: hash }).arn;
}

function reasonOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof SignatureProblem) return error.reason;
    throw error;
  }
  return undefined;
}

const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !/^\.{1,2}$/.test(text));
const request = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
  segments: fc.array(segment, { maxLength: 4 }),
  query: fc.dictionary(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
    fc.string({ unit: 'grapheme' }),
    {
      maxKeys: 4,
    },
  ),
  note: fc.string({ unit: 'grapheme-ascii' }),
});

describe.each(['s3', 'chime'])('a request to %s signed by the SDK', (service) => {
  const build = (sample: {
    method: string;
    segments: string[];
    query: Record<string, string>;
    note: string;
  }) => ({
    method: sample.method,
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: `/${sample.segments.map(encode).join('/')}`,
    query: sample.query,
    headers: {
      host: '127.0.0.1:4566',
      'x-amz-meta-note': sample.note.trim(),
      'x-amz-meta-spaces': '  a   b ',
    },
  });

  it('A signed request is accepted, whatever its path and query', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (sample) => {
        const signer = sdkSigner(service, ROLE);
        const signed = await signer.sign(build(sample), { signingDate: new Date(NOW) });
        expect(verify(onTheWire(signed as Parameters<typeof onTheWire>[0]))).toBe(ROLE.accessKeyId);
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  it('A presigned request is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (sample) => {
        const signer = sdkSigner(service, ROLE);
        const options = { signingDate: new Date(NOW), expiresIn: 60 };
        const signed = await signer.presign({ ...build(sample), headers: { host: 'h' } }, options);
        expect(verify(onTheWire(signed as Parameters<typeof onTheWire>[0]), EMPTY_HASH)).toBe(
          ROLE.accessKeyId,
        );
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  it('A request with one changed character is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        request,
        fc.constantFrom('path', 'query', 'header', 'method', 'hash'),
        async (sample, what) => {
          const signed = await sdkSigner(service, OPERATOR).sign(build(sample), {
            signingDate: new Date(NOW),
          });
          const wire = onTheWire(signed as Parameters<typeof onTheWire>[0]);
          if (what === 'path') wire.rawPath += 'x';
          if (what === 'query') wire.rawQuery += `${wire.rawQuery ? '&' : ''}x=`;
          if (what === 'method') wire.method = 'PATCH';
          if (what === 'header') wire.rawHeaders.push('x-amz-meta-note', 'more');
          const hash = what === 'hash' ? EMPTY_HASH.replace('e', 'f') : undefined;
          expect(reasonOf(() => verify(wire, hash))).toBe('mismatch');
        },
      ),
      { seed: 9, numRuns: 100 },
    );
  });
});

describe('refused requests', () => {
  const sign = async (
    keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
    at = NOW,
    service = 'chime',
  ) =>
    onTheWire(
      (await sdkSigner(service, keys).sign(
        {
          method: 'GET',
          protocol: 'http:',
          hostname: 'h',
          path: '/meetings/1',
          query: {},
          headers: { host: 'h' },
        },
        { signingDate: new Date(at) },
      )) as Parameters<typeof onTheWire>[0],
    );
  const presign = async (at: number, expiresIn: number) =>
    onTheWire(
      (await sdkSigner('s3', OPERATOR).presign(
        { method: 'GET', protocol: 'http:', hostname: 'h', path: '/b/k', query: {}, headers: { host: 'h' } },
        { signingDate: new Date(at), expiresIn },
      )) as Parameters<typeof onTheWire>[0],
    );

  it('Each invalid request is refused for its specific reason', async () => {
    const reason = async (wire: Promise<Wire>, change: (wire: Wire) => void = () => {}) => {
      const seen = await wire;
      change(seen);
      return reasonOf(() => verify(seen, EMPTY_HASH));
    };
    expect(await reason(sign(OPERATOR))).toBeUndefined();
    expect(await reason(sign({ ...OPERATOR, secretAccessKey: 'wrong' }))).toBe('mismatch');
    expect(await reason(sign({ ...OPERATOR, accessKeyId: 'AKIDNOBODY' }))).toBe('unknownKey');
    expect(await reason(sign({ ...ROLE, sessionToken: 'stolen' }))).toBe('badToken');
    expect(await reason(sign(ROLE_WITHOUT_TOKEN))).toBe('badToken');
    expect(await reason(sign({ ...OPERATOR, sessionToken: 'surplus' }))).toBe('badToken');
    expect(await reason(sign(OPERATOR, NOW - 5 * 60_000))).toBeUndefined();
    expect(await reason(sign(OPERATOR, NOW - 5 * 60_000 - 1000))).toBe('skew');
    expect(await reason(sign(OPERATOR, NOW + 5 * 60_000 + 1000))).toBe('skew');
    expect(await reason(sign(OPERATOR, NOW - 15 * 60_000, 's3'))).toBeUndefined();
    expect(await reason(sign(OPERATOR, NOW - 16 * 60_000, 's3'))).toBe('skew');
    expect(await reason(sign(OPERATOR), (wire) => wire.rawHeaders.push('x-amz-acl', 'public-read'))).toBe(
      'unsignedHeader',
    );
    expect(await reason(sign(OPERATOR), (wire) => wire.rawHeaders.splice(0))).toBe('missing');
  });

  it('A presigned request is refused if expired, early or valid too long', async () => {
    const reason = async (wire: Promise<Wire>) => {
      const seen = await wire;
      return reasonOf(() => verify(seen, EMPTY_HASH));
    };
    expect(await reason(presign(NOW - 60_000, 60))).toBeUndefined();
    expect(await reason(presign(NOW - 61_000, 60))).toBe('expired');
    expect(await reason(presign(NOW + 16 * 60_000, 60))).toBe('skew');
    const longer = await presign(NOW, 60);
    longer.rawQuery = longer.rawQuery.replace('X-Amz-Expires=60', 'X-Amz-Expires=3600');
    expect(reasonOf(() => verify(longer, EMPTY_HASH))).toBe('mismatch');
    longer.rawQuery = longer.rawQuery.replace('X-Amz-Expires=3600', 'X-Amz-Expires=604801');
    expect(reasonOf(() => verify(longer, EMPTY_HASH))).toBe('incomplete');
  });

  it.each([
    'AWS4-HMAC-SHA256 Credential=a/b',
    `AWS4-HMAC-SHA256 Credential=a/20260331/${REGION}/s3/aws5_request, SignedHeaders=host, Signature=00`,
    `AWS4-HMAC-SHA256 Credential=a/20260330/${REGION}/s3/aws4_request, SignedHeaders=host, Signature=00`,
  ])('An incomplete signature is refused: %s', (authorization) => {
    const rawHeaders = ['host', 'h', 'x-amz-date', '20260331T120000Z', 'authorization', authorization];
    const wire = { method: 'GET', rawPath: '/', rawQuery: '', rawHeaders };
    expect(reasonOf(() => verify(wire))).toBe('incomplete');
  });

  it('A signature of another scheme is refused as unsupported', () => {
    const basic = {
      method: 'GET',
      rawPath: '/',
      rawQuery: '',
      rawHeaders: ['authorization', 'Basic dXNlcjpwYXNz'],
    };
    expect(reasonOf(() => verify(basic))).toBe('unsupported');
    const version2 = { ...basic, rawHeaders: [], rawQuery: 'AWSAccessKeyId=a&Signature=b&Expires=1' };
    expect(reasonOf(() => verify(version2))).toBe('unsupported');
  });

  it('Verification never fails in any other way, whatever the header contains', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (credential, rest) => {
        const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${rest}, Signature=${rest}`;
        const rawHeaders = ['x-amz-date', '20260331T120000Z', 'authorization', authorization];
        const wire = { method: 'GET', rawPath: '/', rawQuery: 'X-Amz-Signature=1', rawHeaders };
        expect(reasonOf(() => verify(wire))).toBeDefined();
      }),
      { seed: 10 },
    );
  });
});

describe('canonical forms', () => {
  const bytes = fc.string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  });

  it('Normalised escapes keep only unreserved characters, and normalisation is idempotent', () => {
    fc.assert(
      fc.property(bytes, (raw) => {
        const once = normaliseEscapes(raw);
        expect(once).toMatch(/^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/);
        expect(normaliseEscapes(once)).toBe(once);
      }),
      { seed: 11 },
    );
  });

  it('Canonical S3 paths keep every slash, and other paths resolve dots', () => {
    expect(canonicalS3Path('/b//a/../%7ek(1)+%2f')).toBe('/b//a/../~k%281%29%2B%2F');
    expect(canonicalPath('/a/./b/../c%2Bd/')).toBe('/a/c%252Bd/');
    expect(canonicalPath('/../..')).toBe('/');
    expect(canonicalPath('')).toBe('/');
    fc.assert(
      fc.property(bytes, (raw) => {
        expect(canonicalS3Path(raw).split('/').length).toBe(raw.split('/').length);
      }),
      { seed: 12 },
    );
  });

  it('A canonical query does not depend on the order of its parameters', () => {
    expect(canonicalQuery('b=2&a=2&a=1&uploads&x=a+b&X-Amz-Signature=0', 'X-Amz-Signature')).toBe(
      'a=1&a=2&b=2&uploads=&x=a%20b',
    );
    const part = fc.tuple(bytes, bytes).map(([name, value]) => `${encode(name)}=${encode(value)}`);
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect(canonicalQuery(parts.join('&'))).toBe(canonicalQuery(parts.toReversed().join('&')));
      }),
      { seed: 13 },
    );
  });
});
