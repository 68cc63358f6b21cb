/** Finds the operation of a request. Source: Amazon S3 API reference, "Request syntax" of each operation. */

import * as buckets from './buckets.ts';
import { listObjects } from './listing.ts';
import * as multipart from './multipart.ts';
import * as objects from './objects.ts';
import type { S3Options } from './s3.ts';
import { header, type S3Context } from './s3-context.ts';

interface Route {
  operation: string;
  perform(context: S3Context, options: Pick<S3Options, 'accountId' | 'clock' | 'ids' | 'region'>): unknown;
}

const route = (operation: string, perform: Route['perform']): Route => ({ operation, perform });

/**
 * Operations on the service, on a bucket and on an object, by method and the subresource that the query
 * names.
 */
const ROUTES: Readonly<Record<Place, Readonly<Record<string, Route>>>> = {
  service: {
    'GET ': route('ListBuckets', (context, { accountId }) => buckets.listBuckets(context, accountId)),
  },
  bucket: {
    'PUT ': route('CreateBucket', (context, { region }) => buckets.createBucket(context, region)),
    'HEAD ': route('HeadBucket', (context, { region }) => buckets.headBucket(context, region)),
    'DELETE ': route('DeleteBucket', buckets.deleteBucket),
    'GET ': route('ListObjects', listObjects),
    'GET list-type': route('ListObjectsV2', listObjects),
    'POST delete': route('DeleteObjects', objects.deleteObjects),
    'GET location': route('GetBucketLocation', (context, { region }) =>
      buckets.getBucketLocation(context, region),
    ),
    'GET versioning': route('GetBucketVersioning', buckets.getBucketVersioning),
    'GET uploads': route('ListMultipartUploads', multipart.listUploads),
    'GET policy': route('GetBucketPolicy', buckets.getBucketPolicy),
    'PUT policy': route('PutBucketPolicy', buckets.putBucketPolicy),
    'DELETE policy': route('DeleteBucketPolicy', buckets.deleteBucketPolicy),
  },
  object: {
    'GET ': route('GetObject', objects.getObject),
    'HEAD ': route('HeadObject', objects.getObject),
    'PUT ': route('PutObject', objects.putObject),
    'PUT copy': route('CopyObject', objects.copyObject),
    'DELETE ': route('DeleteObject', objects.deleteObject),
    'POST uploads': route('CreateMultipartUpload', (context, { ids, clock }) =>
      multipart.createUpload(context, ids.hex(16), clock.now()),
    ),
    'PUT uploadId': route('UploadPart', (context, { clock }) => multipart.uploadPart(context, clock.now())),
    'POST uploadId': route('CompleteMultipartUpload', multipart.completeUpload),
    'DELETE uploadId': route('AbortMultipartUpload', multipart.abortUpload),
    'GET uploadId': route('ListParts', multipart.listParts),
  },
};

type Place = 'service' | 'bucket' | 'object';

export const S3_OPERATIONS: readonly string[] = Object.values(ROUTES)
  .flatMap((routes) => Object.values(routes).map(({ operation }) => operation))
  .sort();

/** Subresources that have a value in the query. Others have none, as in `?acl`. */
const PARTS_WITH_VALUE = ['list-type', 'uploadId'];
/**
 * Parameters that shape an answer and may be empty. Those for signatures and answer headers have common
 * prefixes.
 */
const SHAPES = new Set([
  ...['prefix', 'delimiter', 'marker', 'max-keys', 'encoding-type', 'continuation-token', 'start-after'],
  ...['fetch-owner', 'key-marker', 'upload-id-marker', 'max-uploads', 'part-number-marker', 'max-parts'],
  ...['versionId', 'partNumber', 'id', 'max-buckets', 'bucket-region'],
]);
const SHAPES_BEGIN = /^(x-|response-)/i;

/**
 * The subresource that the query names, or '' for the bucket or object itself. An unknown name counts as a
 * subresource, so that it is not mistaken for the whole.
 */
function partOf({ query }: S3Context): string {
  const named = PARTS_WITH_VALUE.find((name) => query.has(name));
  if (named !== undefined) return named;
  const bare = [...query].find(
    ([name, value]) => value === '' && !SHAPES.has(name) && !SHAPES_BEGIN.test(name),
  );
  return bare?.[0] ?? '';
}

export interface FoundRoute {
  /** Undefined if the operation is not served or does not exist. */
  route: Route | undefined;
  place: Place;
  part: string;
}

export function findRoute(context: S3Context): FoundRoute {
  const { request, bucket, key } = context;
  const place = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  let part = partOf(context);
  if (place === 'object' && request.method === 'PUT' && header(context, 'x-amz-copy-source') !== undefined) {
    part = part === '' ? 'copy' : `${part} copy`;
  }
  const routes = ROUTES[place];
  const name = `${request.method} ${part}`;
  return { route: Object.hasOwn(routes, name) ? routes[name] : undefined, place, part };
}
