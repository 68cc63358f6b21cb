import { S3Error } from './errors.ts';
import { answer, type Exchange, isoTime } from './exchange.ts';
import { checkBucketName } from './names.ts';
import { receiveText } from './upload.ts';
import { childText, readXml } from './xml.ts';

/** Bytes of a bucket policy. Source: Amazon S3 User Guide, "Bucket policies": 20 KB. */
export const MAX_POLICY_BYTES = 20 * 1024;
/** Bytes of a CreateBucketConfiguration. A limit of this server. */
const MAX_CONFIGURATION_BYTES = 64 * 1024;

export function listBuckets(exchange: Exchange, accountId: string): void {
  const Bucket = exchange.store
    .list()
    .map(({ name, created }) => ({ Name: name, CreationDate: isoTime(created) }));
  const content = { Owner: { ID: accountId, DisplayName: accountId }, Buckets: { Bucket } };
  answer(exchange, 200, {}, { root: 'ListAllMyBucketsResult', content });
}

export async function createBucket(exchange: Exchange, region: string): Promise<void> {
  checkBucketName(exchange.bucket);
  const text = await receiveText(exchange.request, MAX_CONFIGURATION_BYTES);
  const wanted = text === '' ? undefined : childText(readXml(text), 'LocationConstraint');
  if (wanted && wanted !== region) {
    throw new S3Error(
      400,
      'IllegalLocationConstraintException',
      `The ${wanted} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  if (exchange.store.find(exchange.bucket) && region !== 'us-east-1') {
    throw new S3Error(
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: exchange.bucket },
    );
  }
  if (!exchange.store.find(exchange.bucket)) await exchange.store.create(exchange.bucket);
  answer(exchange, 200, { location: `/${exchange.bucket}` });
}

export function headBucket(exchange: Exchange, region: string): void {
  exchange.store.bucket(exchange.bucket);
  answer(exchange, 200, { 'x-amz-bucket-region': region });
}

export async function deleteBucket(exchange: Exchange): Promise<void> {
  await exchange.store.delete(exchange.bucket);
  answer(exchange, 204);
}

export function getBucketLocation(exchange: Exchange, region: string): void {
  exchange.store.bucket(exchange.bucket);
  const { request } = exchange;
  // The one document whose root element holds text.
  const constraint = region === 'us-east-1' ? '' : region;
  const body = Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${constraint}</LocationConstraint>`,
  );
  request.response.writeHead(200, {
    'content-type': 'application/xml',
    'content-length': body.length,
    'x-amz-request-id': request.requestId,
  });
  request.response.end(body);
}

export function getBucketVersioning(exchange: Exchange): void {
  exchange.store.bucket(exchange.bucket);
  answer(exchange, 200, {}, { root: 'VersioningConfiguration', content: {} });
}

export function getBucketPolicy(exchange: Exchange): void {
  const { request } = exchange;
  const { policy } = exchange.store.bucket(exchange.bucket);
  if (policy === undefined) {
    throw new S3Error(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist', {
      BucketName: exchange.bucket,
    });
  }
  const body = Buffer.from(policy);
  request.response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-amz-request-id': request.requestId,
  });
  request.response.end(body);
}

export async function putBucketPolicy(exchange: Exchange): Promise<void> {
  const bucket = exchange.store.bucket(exchange.bucket);
  const policy = await receiveText(exchange.request, MAX_POLICY_BYTES);
  checkPolicy(policy);
  await bucket.setPolicy(policy);
  answer(exchange, 204);
}

export async function deleteBucketPolicy(exchange: Exchange): Promise<void> {
  await exchange.store.bucket(exchange.bucket).setPolicy(undefined);
  answer(exchange, 204);
}

/** @throws {S3Error} `MalformedPolicy` when it is not a policy document at all. */
export function checkPolicy(policy: string): void {
  const malformed = (message: string): S3Error => new S3Error(400, 'MalformedPolicy', message);
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  const { Statement: statement } = document as { Statement?: unknown };
  const statements = Array.isArray(statement) ? statement : [statement];
  for (const one of statements) {
    if (typeof one !== 'object' || one === null) throw malformed('Missing required field Statement');
    const { Effect, Principal, NotPrincipal } = one as Record<string, unknown>;
    if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed(`Invalid effect: ${String(Effect)}`);
    if (Principal === undefined && NotPrincipal === undefined)
      throw malformed('Missing required field Principal');
  }
}
