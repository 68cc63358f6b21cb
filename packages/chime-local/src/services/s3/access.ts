/**
 * The actions and resources that IAM is asked about for an S3 request. Source: Service Authorization
 * Reference, Amazon S3.
 */
import type { AccessQuestion } from '../iam/access.ts';
import type { AwsRequest } from '../ports.ts';
import { parseCopySource, parseTarget } from './names.ts';

/** The actions of bucket requests, by method and the subresource that the query names. */
const BUCKET_ACTIONS: Readonly<Record<string, string>> = {
  'PUT ': 'CreateBucket',
  'DELETE ': 'DeleteBucket',
  'HEAD ': 'ListBucket',
  'GET ': 'ListBucket',
  'GET versions': 'ListBucketVersions',
  'GET uploads': 'ListBucketMultipartUploads',
  'GET location': 'GetBucketLocation',
  'GET versioning': 'GetBucketVersioning',
  'GET encryption': 'GetEncryptionConfiguration',
  'GET tagging': 'GetBucketTagging',
  'GET policy': 'GetBucketPolicy',
  'PUT policy': 'PutBucketPolicy',
  'DELETE policy': 'DeleteBucketPolicy',
};
/** The actions of object requests, likewise. */
const OBJECT_ACTIONS: Readonly<Record<string, string>> = {
  'GET ': 'GetObject',
  'HEAD ': 'GetObject',
  'PUT ': 'PutObject',
  'DELETE ': 'DeleteObject',
  'POST uploads': 'PutObject',
  'PUT uploadId': 'PutObject',
  'POST uploadId': 'PutObject',
  'DELETE uploadId': 'AbortMultipartUpload',
  'GET uploadId': 'ListMultipartUploadParts',
};

/** @param policyOf returns the bucket's own policy as JSON. Throws `S3Error` for an invalid path. */
export function s3Questions(
  request: Pick<AwsRequest, 'method' | 'rawPath' | 'rawQuery' | 'headers'>,
  policyOf: (bucket: string) => string | undefined,
): AccessQuestion[] {
  const { bucket, key } = parseTarget(request.rawPath);
  const query = new URLSearchParams(request.rawQuery);
  if (bucket === '') return [{ action: 's3:ListAllMyBuckets', resources: ['*'] }];
  const ask = (action: string, resource: string, of = bucket): AccessQuestion => ({
    action: `s3:${action}`,
    resources: [`arn:aws:s3:::${resource}`],
    resourcePolicy: policyOf(of),
    context: {
      's3:prefix': parameter(query, 'prefix'),
      's3:delimiter': parameter(query, 'delimiter'),
      's3:max-keys': parameter(query, 'max-keys'),
      's3:tlsversion': ['1.3'],
      's3:resourceaccount': undefined,
      's3:x-amz-server-side-encryption': headerOf(request, 'x-amz-server-side-encryption'),
      's3:x-amz-acl': headerOf(request, 'x-amz-acl'),
    },
  });
  if (key === '' && request.method === 'POST' && query.has('delete'))
    return [ask('DeleteObject', `${bucket}/*`)];
  const table = key === '' ? BUCKET_ACTIONS : OBJECT_ACTIONS;
  const resource = Object.keys(table).find((entry) => {
    const [method, part = ''] = entry.split(' ');
    return method === request.method && part !== '' && query.has(part);
  });
  const action = table[resource ?? `${request.method} `];
  if (!action) return [];
  const questions = [ask(action, key === '' ? bucket : `${bucket}/${key}`)];
  const source = headerOf(request, 'x-amz-copy-source')?.[0];
  if (source === undefined || action !== 'PutObject') return questions;
  const from = parseCopySource(source);
  return [...questions, ask('GetObject', `${from.bucket}/${from.key}`, from.bucket)];
}

const parameter = (query: URLSearchParams, name: string): string[] | undefined => {
  const value = query.get(name);
  return value === null ? undefined : [value];
};

const headerOf = ({ headers }: Pick<AwsRequest, 'headers'>, name: string): string[] | undefined => {
  const value = headers[name];
  return value === undefined ? undefined : [value].flat();
};
