import { readJson } from '../rest/json-text.ts';
import { S3Error } from './errors.ts';
import { checkBucketName } from './names.ts';
import { answer, isoTime, type S3Context } from './s3-context.ts';
import { receiveText } from './upload.ts';
import { childText, readXml } from './xml.ts';

/** Maximum size of a bucket policy in bytes. Source: Amazon S3 User Guide, "Bucket policies": 20 KB. */
export const MAX_POLICY_BYTES = 20 * 1024;
/** Maximum size of a CreateBucketConfiguration in bytes. A limit of this server. */
const MAX_CONFIGURATION_BYTES = 64 * 1024;

export function listBuckets(context: S3Context, accountId: string): void {
  const Bucket = context.store
    .list()
    .map(({ name, created }) => ({ Name: name, CreationDate: isoTime(created) }));
  const content = { Owner: { ID: accountId, DisplayName: accountId }, Buckets: { Bucket } };
  answer(context, 200, {}, { root: 'ListAllMyBucketsResult', content });
}

export async function createBucket(context: S3Context, region: string): Promise<void> {
  checkBucketName(context.bucket);
  const text = await receiveText(context.request, MAX_CONFIGURATION_BYTES);
  const wanted = text === '' ? undefined : childText(readXml(text), 'LocationConstraint');
  if (wanted && wanted !== region) {
    throw new S3Error(
      400,
      'IllegalLocationConstraintException',
      `The ${wanted} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  if (context.store.find(context.bucket) && region !== 'us-east-1') {
    throw new S3Error(
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: context.bucket },
    );
  }
  if (!context.store.find(context.bucket)) await context.store.create(context.bucket);
  answer(context, 200, { location: `/${context.bucket}` });
}

export function headBucket(context: S3Context, region: string): void {
  context.store.bucket(context.bucket);
  answer(context, 200, { 'x-amz-bucket-region': region });
}

export async function deleteBucket(context: S3Context): Promise<void> {
  await context.store.delete(context.bucket);
  answer(context, 204);
}

export function getBucketLocation(context: S3Context, region: string): void {
  context.store.bucket(context.bucket);
  const { request } = context;
  // This is the only document whose root element contains text.
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

export function getBucketVersioning(context: S3Context): void {
  context.store.bucket(context.bucket);
  answer(context, 200, {}, { root: 'VersioningConfiguration', content: {} });
}

export function getBucketPolicy(context: S3Context): void {
  const { request } = context;
  const { policy } = context.store.bucket(context.bucket);
  if (policy === undefined) {
    throw new S3Error(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist', {
      BucketName: context.bucket,
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

export async function putBucketPolicy(context: S3Context): Promise<void> {
  const bucket = context.store.bucket(context.bucket);
  const policy = await receiveText(context.request, MAX_POLICY_BYTES);
  checkPolicy(policy);
  await bucket.setPolicy(policy);
  answer(context, 204);
}

export async function deleteBucketPolicy(context: S3Context): Promise<void> {
  await context.store.bucket(context.bucket).setPolicy(undefined);
  answer(context, 204);
}

/** @throws {S3Error} `MalformedPolicy` if it is not a policy document. */
export function checkPolicy(policy: string): void {
  const malformed = (message: string): S3Error => new S3Error(400, 'MalformedPolicy', message);
  let document: unknown;
  try {
    document = readJson(policy);
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
