import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as s3 from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '#platform';
import { type AwsEndpoint, AwsPort, startAwsEndpoint } from '../front/index.ts';
import { createChecksum } from './checksums.ts';
import { S3 } from './s3.ts';

const ACCOUNT = { accountId: '123456789012', region: 'us-east-1' };
const CREDENTIALS = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
const Bucket = 'prompts';
const THREE_MB = randomBytes(3 * 1024 * 1024 + 17);

let folder: string;
let service: S3;
let endpoint: AwsEndpoint;
let client: s3.S3Client;

const open = () => S3.open({ folder, clock: systemClock, ids: systemIds, log: silentLog, ...ACCOUNT });
const clientWith = (more: object = {}) =>
  new s3.S3Client({
    endpoint: endpoint.endpoint,
    region: 'us-east-1',
    credentials: CREDENTIALS,
    maxAttempts: 1,
    ...more,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-'));
  service = await open();
  endpoint = startAwsEndpoint(await AwsPort.open({ address: '127.0.0.1', port: 0 }), {
    credentials: (id) =>
      id === CREDENTIALS.accessKeyId
        ? { secretAccessKey: CREDENTIALS.secretAccessKey, arn: 'arn:aws:iam::123456789012:user/test' }
        : undefined,
    services: [service],
    log: silentLog,
    clock: systemClock,
    ids: systemIds,
  });
  client = clientWith();
  await client.send(new s3.CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  client.destroy();
  await endpoint.close();
  await rm(folder, { recursive: true });
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const put = (Key: string, Body: NonNullable<s3.PutObjectCommandInput['Body']>, more: object = {}) =>
  client.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: object = {}) => {
  const answer = await client.send(new s3.GetObjectCommand({ Bucket, Key, ...more }));
  return { ...answer, bytes: await answer.Body!.transformToByteArray() };
};
const pieces = (bytes: Buffer, size: number) =>
  Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })(),
  );

describe('buckets', () => {
  it('Buckets are created, found, listed, located, and deleted when empty', async () => {
    const name = { Bucket: 'second-bucket-1' };
    await client.send(new s3.CreateBucketCommand(name));
    await client.send(new s3.CreateBucketCommand(name));
    await client.send(new s3.HeadBucketCommand(name));
    const { Buckets } = await client.send(new s3.ListBucketsCommand({}));
    expect(Buckets?.map((bucket) => bucket.Name)).toEqual([Bucket, name.Bucket]);
    expect((await client.send(new s3.GetBucketLocationCommand(name))).LocationConstraint).toBeUndefined();
    await client.send(new s3.PutObjectCommand({ ...name, Key: 'a', Body: 'x' }));
    await expect(client.send(new s3.DeleteBucketCommand(name))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
    });
    await client.send(new s3.DeleteObjectCommand({ ...name, Key: 'a' }));
    await client.send(new s3.DeleteBucketCommand(name));
    await expect(client.send(new s3.HeadBucketCommand(name))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('Bucket names must follow the rules', async () => {
    for (const name of ['UPPER', 'ab', '..', '1.2.3.4', 'a..b', '-a-']) {
      await expect(service.createBucket(name), name).rejects.toMatchObject({ name: 'InvalidBucketName' });
    }
  });

  it('Buckets store a policy', async () => {
    const Policy = JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }],
    });
    await expect(client.send(new s3.GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NoSuchBucketPolicy',
    });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    expect((await client.send(new s3.GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
    expect(service.getBucketPolicy(Bucket)).toBe(Policy);
    await client.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
    expect(service.getBucketPolicy(Bucket)).toBeUndefined();
    await expect(client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: 'x' }))).rejects.toMatchObject({
      name: 'MalformedPolicy',
    });
  });
});

describe('objects', () => {
  it('Objects are returned byte for byte, uploaded whole or as a stream', async () => {
    await put('whole', THREE_MB);
    await put('streamed', pieces(THREE_MB, 70_001), { ContentLength: THREE_MB.length });
    for (const key of ['whole', 'streamed']) {
      const { bytes, ETag, ContentLength } = await get(key);
      expect(sha256(bytes)).toBe(sha256(THREE_MB));
      expect(ContentLength).toBe(THREE_MB.length);
      expect(ETag).toBe(`"${createHash('md5').update(THREE_MB).digest('hex')}"`);
    }
    expect((await get('streamed')).ContentEncoding).toBeUndefined();
  });

  it.each([
    'CRC32',
    'CRC32C',
    'CRC64NVME',
    'SHA1',
    'SHA256',
  ] as const)('An object keeps a %s checksum from a header or trailer', async (ChecksumAlgorithm) => {
    const body = Buffer.from('x'.repeat(100_000));
    const checksum = createChecksum(ChecksumAlgorithm);
    checksum.update(body);
    const name = `Checksum${ChecksumAlgorithm}` as const;
    const value = checksum.digest().toString('base64');
    await put('in header', body, { [name]: value });
    await put('in trailer', pieces(body, 9999), { ContentLength: body.length, ChecksumAlgorithm });
    for (const key of ['in header', 'in trailer']) {
      const { bytes, ...answer } = await get(key, { ChecksumMode: 'ENABLED' });
      expect(sha256(bytes)).toBe(sha256(body));
      expect(answer[name]).toBe(value);
      expect(answer.ChecksumType).toBe('FULL_OBJECT');
    }
  });

  it('A wrong checksum, digest or hash keeps the old object', async () => {
    await put('kept', 'old');
    const wrong: [object, string][] = [
      [{ ChecksumCRC32: 'AAAAAA==' }, 'BadDigest'],
      [{ ChecksumSHA256: sha256Base64('other') }, 'BadDigest'],
      [{ ContentMD5: createHash('md5').update('other').digest('base64') }, 'BadDigest'],
      [{ ContentMD5: 'short' }, 'InvalidDigest'],
    ];
    for (const [more, name] of wrong) {
      await expect(put('kept', 'new', more), JSON.stringify(more)).rejects.toMatchObject({ name });
    }
    expect(Buffer.from((await get('kept')).bytes).toString()).toBe('old');
  });

  it('GetObject returns byte ranges', async () => {
    await put('range', '0123456789');
    const part = async (Range: string) => {
      const { bytes, ContentRange, $metadata } = await get('range', { Range });
      return [Buffer.from(bytes).toString(), ContentRange, $metadata.httpStatusCode];
    };
    expect(await part('bytes=2-4')).toEqual(['234', 'bytes 2-4/10', 206]);
    expect(await part('bytes=7-')).toEqual(['789', 'bytes 7-9/10', 206]);
    expect(await part('bytes=-3')).toEqual(['789', 'bytes 7-9/10', 206]);
    expect(await part('bytes=0-99')).toEqual(['0123456789', 'bytes 0-9/10', 206]);
    expect(await part('bytes=x')).toEqual(['0123456789', undefined, 200]);
    await expect(part('bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('Objects keep headers and metadata; a query can override headers', async () => {
    await put('described', 'x', {
      ContentType: 'audio/wav',
      CacheControl: 'max-age=1',
      ContentDisposition: 'inline',
      ContentEncoding: 'gzip',
      Metadata: { 'Transaction-Id': 'abc' },
    });
    expect(await get('described')).toMatchObject({
      ContentType: 'audio/wav',
      CacheControl: 'max-age=1',
      ContentDisposition: 'inline',
      ContentEncoding: 'gzip',
      Metadata: { 'transaction-id': 'abc' },
    });
    const other = await get('described', {
      ResponseContentType: 'text/plain',
      ResponseCacheControl: 'no-store',
    });
    expect(other).toMatchObject({ ContentType: 'text/plain', CacheControl: 'no-store' });
    const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'described' }));
    expect(head).toMatchObject({ ContentLength: 1, ContentType: 'audio/wav' });
    await expect(put('described', 'x', { Metadata: { a: 'x'.repeat(2048) } })).rejects.toMatchObject({
      name: 'MetadataTooLarge',
    });
  });

  it('Reads and writes respect If-Match and If-None-Match', async () => {
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'once' }));
    await put('once', 'first', { IfNoneMatch: '*' });
    await expect(put('once', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    const { ETag } = await get('once');
    await expect(get('once', { IfNoneMatch: ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(get('once', { IfMatch: '"other"' })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 412 },
    });
    await expect(get('once', { IfModifiedSince: new Date(Date.now() + 5000) })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await put('once', 'third', { IfMatch: ETag });
    await expect(put('once', 'fourth', { IfMatch: ETag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    const racing = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => put('race', `${n}`, { IfNoneMatch: '*' })),
    );
    expect(racing.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  it('Objects are copied, with their description or a new one', async () => {
    await put('source ü+&', 'copied', { ContentType: 'audio/wav', Metadata: { a: 'b' } });
    const CopySource = `${Bucket}/${encodeURIComponent('source ü+&')}`;
    const copy = (more: object) =>
      client.send(new s3.CopyObjectCommand({ Bucket, Key: 'copy', CopySource, ...more }));
    expect((await copy({})).CopyObjectResult?.ETag).toBe((await get('copy')).ETag);
    expect(await get('copy')).toMatchObject({ ContentType: 'audio/wav', Metadata: { a: 'b' } });
    await copy({ MetadataDirective: 'REPLACE', ContentType: 'text/plain' });
    const replaced = await get('copy');
    expect(replaced).toMatchObject({ ContentType: 'text/plain', Metadata: {} });
    expect(Buffer.from(replaced.bytes).toString()).toBe('copied');
    await expect(copy({ CopySource: `${Bucket}/missing` })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('Keys of up to 1024 bytes work and never become paths', async () => {
    const keys = [
      '../..',
      '../../../etc/passwd',
      'a/../b',
      './x',
      'with space',
      'ü€😀',
      'a+b&c=d?e#f%',
      'slash/',
      '/',
      '//a',
      'x'.repeat(1024),
      '*',
      'con.json',
      'quote\'"<>',
    ];
    for (const key of keys) await put(key, key);
    for (const key of keys) expect(Buffer.from((await get(key)).bytes).toString(), key).toBe(key);
    const { Contents } = await client.send(new s3.ListObjectsV2Command({ Bucket }));
    expect(Contents?.map((one) => one.Key)).toEqual(expect.arrayContaining(keys));
    await expect(put('ü'.repeat(513), 'x')).rejects.toMatchObject({ name: 'KeyTooLongError' });
    const Objects = keys.map((Key) => ({ Key }));
    const deleted = await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(deleted.Deleted?.map((one) => one.Key)).toEqual(keys);
    await expect(get('../..')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('Presigned URLs read and write objects unless they are modified', async () => {
    await put('signed', 'by url');
    const url = await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key: 'signed' }), {
      expiresIn: 60,
    });
    expect(await (await fetch(url)).text()).toBe('by url');
    expect((await fetch(url.replace('/signed?', '/whole?'))).status).toBe(403);
    const putUrl = await getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: 'put by url' }), {
      expiresIn: 60,
    });
    expect((await fetch(putUrl, { method: 'PUT', body: 'taken' })).status).toBe(200);
    expect(Buffer.from((await get('put by url')).bytes).toString()).toBe('taken');
  });

  it('Objects are refused to a client with a different secret', async () => {
    const other = clientWith({ credentials: { ...CREDENTIALS, secretAccessKey: 'guess' } });
    await expect(other.send(new s3.GetObjectCommand({ Bucket, Key: 'whole' }))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    other.destroy();
  });

  it('Objects can be read and written without HTTP', async () => {
    const { etag } = await service.put(Bucket, 'inside/a.wav', Buffer.from('sound'), {
      contentType: 'audio/wav',
    });
    expect(await service.read(Bucket, 'inside/a.wav')).toEqual({
      body: Buffer.from('sound'),
      etag,
      contentType: 'audio/wav',
    });
    expect(service.list(Bucket, 'inside/')).toEqual(['inside/a.wav']);
    expect(service.head(Bucket, 'inside/a.wav')).toEqual({ size: 5, etag, contentType: 'audio/wav' });
    expect((await get('inside/a.wav')).ContentType).toBe('audio/wav');
    expect(await service.read(Bucket, 'missing')).toBeUndefined();
    expect(await service.read('no-bucket', 'a')).toBeUndefined();
    await service.remove(Bucket, 'inside/a.wav');
    expect(service.head(Bucket, 'inside/a.wav')).toBeUndefined();
  });

  it('An empty object can be stored and read', async () => {
    await put('empty', '');
    expect((await get('empty')).bytes).toHaveLength(0);
  });
});

describe('listings', () => {
  it('Listings are paged with a delimiter, in both versions', async () => {
    const keys = ['a/1', 'a/2', 'b', 'c d/1', 'c d/2', 'd+&', 'z', 'é/1'];
    const name = { Bucket: 'listed' };
    await client.send(new s3.CreateBucketCommand(name));
    for (const key of keys) await service.put('listed', key, Buffer.from('x'));
    const all = async (version: 1 | 2, more: object): Promise<string[]> => {
      const found: string[] = [];
      let token: string | undefined;
      do {
        const page =
          version === 2
            ? await client.send(
                new s3.ListObjectsV2Command({
                  ...name,
                  MaxKeys: 2,
                  ...more,
                  ...(token ? { ContinuationToken: token } : {}),
                }),
              )
            : await client.send(
                new s3.ListObjectsCommand({
                  ...name,
                  MaxKeys: 2,
                  ...more,
                  ...(token ? { Marker: token } : {}),
                }),
              );
        const here = [
          ...(page.Contents ?? []).map((one) => one.Key!),
          ...(page.CommonPrefixes ?? []).map((one) => one.Prefix!),
        ];
        expect(here.length).toBeLessThanOrEqual(2);
        found.push(...here.sort());
        const next = page.IsTruncated
          ? 'NextContinuationToken' in page
            ? page.NextContinuationToken
            : ((page as s3.ListObjectsCommandOutput).NextMarker ?? page.Contents?.at(-1)?.Key)
          : undefined;
        token = next;
      } while (token);
      return found;
    };
    for (const version of [1, 2] as const) {
      expect(await all(version, {})).toEqual(keys);
      expect(await all(version, { Delimiter: '/' })).toEqual(
        ['a/', 'b', 'c d/', 'd+&', 'z', 'é/'].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
      expect(await all(version, { Prefix: 'c d/' })).toEqual(['c d/1', 'c d/2']);
    }
    expect(
      (await client.send(new s3.ListObjectsV2Command({ ...name, StartAfter: 'd+&' }))).Contents?.map(
        (one) => one.Key,
      ),
    ).toEqual(['z', 'é/1']);
  });
});

describe('multipart uploads', () => {
  it('A multipart upload becomes one object made of all parts', async () => {
    const target = { Bucket, Key: 'parts' };
    const whole = randomBytes(11 * 1024 * 1024);
    const size = 5 * 1024 * 1024;
    const { UploadId } = await client.send(
      new s3.CreateMultipartUploadCommand({
        ...target,
        ContentType: 'audio/wav',
        ChecksumAlgorithm: 'CRC32',
      }),
    );
    const Parts: s3.CompletedPart[] = [];
    for (let n = 0; n * size < whole.length; n++) {
      const Body = whole.subarray(n * size, (n + 1) * size);
      const part = await client.send(
        new s3.UploadPartCommand({ ...target, UploadId, PartNumber: n + 1, Body }),
      );
      Parts.push({ PartNumber: n + 1, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 });
    }
    const listed = await client.send(new s3.ListPartsCommand({ ...target, UploadId }));
    expect(listed.Parts?.map((part) => part.Size)).toEqual([size, size, 1024 * 1024]);
    const complete = (parts: s3.CompletedPart[]) =>
      client.send(
        new s3.CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: parts } }),
      );
    await expect(complete([...Parts].reverse())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete([{ PartNumber: 1, ETag: '"other"' }])).rejects.toMatchObject({
      name: 'InvalidPart',
    });
    const { ETag, ChecksumCRC32 } = await complete(Parts);
    expect(ETag).toMatch(/-3"$/);
    expect(ChecksumCRC32).toMatch(/-3$/);
    const { bytes, ContentType } = await get('parts');
    expect(sha256(bytes)).toBe(sha256(whole));
    expect(ContentType).toBe('audio/wav');
    expect((await client.send(new s3.ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
  });

  it('An aborted multipart upload is deleted', async () => {
    const target = { Bucket, Key: 'aborted' };
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(target));
    await client.send(new s3.UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: 'x' }));
    await client.send(new s3.AbortMultipartUploadCommand({ ...target, UploadId }));
    await expect(client.send(new s3.ListPartsCommand({ ...target, UploadId }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
    await expect(get('aborted')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

it('A reopened service has everything that was stored', async () => {
  await put('lasting', 'kept', { ContentType: 'audio/wav' });
  const again = await open();
  expect(await again.read(Bucket, 'lasting')).toMatchObject({
    body: Buffer.from('kept'),
    contentType: 'audio/wav',
  });
});

it('An operation that is not served is refused as NotImplemented', async () => {
  await expect(client.send(new s3.GetBucketAclCommand({ Bucket }))).rejects.toMatchObject({
    name: 'NotImplemented',
  });
});

function sha256Base64(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
