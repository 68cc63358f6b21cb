import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as dynamodbSdk from '@aws-sdk/client-dynamodb';
import * as s3Sdk from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '#platform';
import { DynamoDb } from './dynamodb/index.ts';
import type { AwsEndpoint } from './front/index.ts';
import { S3 } from './s3/index.ts';
import { ACCOUNT, OPERATOR, REGION, ROLE, startFront } from './testing/endpoint.ts';

/** A little more than 300 kB, so that it is transferred in several chunks. */
const SOUND = randomBytes(300_017);
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

describe('services behind the AWS endpoint, with signature checks', () => {
  let folder: string;
  let front: AwsEndpoint;
  let config: { endpoint: string; region: string; credentials: typeof ROLE; maxAttempts: number };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aws-'));
    const common = { clock: systemClock, log: silentLog, accountId: ACCOUNT, region: REGION };
    const s3 = await S3.open({ ...common, ids: systemIds, folder: join(folder, 's3') });
    const dynamodb = await DynamoDb.open({ ...common, folder: join(folder, 'dynamodb') });
    front = await startFront([s3, dynamodb]);
    config = { endpoint: front.endpoint, region: REGION, credentials: ROLE, maxAttempts: 1 };
  });
  afterAll(async () => {
    await front.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('S3 stores whole, streamed and presigned uploads', async () => {
    const s3 = new s3Sdk.S3(config);
    const Bucket = 'outgoing-wav';
    await s3.createBucket({ Bucket });
    await s3.putObject({ Bucket, Key: 'whole.wav', Body: SOUND });
    const Body = Readable.from([SOUND.subarray(0, 100_000), SOUND.subarray(100_000)]);
    await s3.putObject({ Bucket, Key: 'a b/ü+&.wav', Body, ContentLength: SOUND.length });
    const url = await getSignedUrl(s3, new s3Sdk.PutObjectCommand({ Bucket, Key: 'presigned.wav' }), {
      expiresIn: 60,
    });
    expect((await fetch(url, { method: 'PUT', body: SOUND })).status).toBe(200);
    for (const Key of ['whole.wav', 'a b/ü+&.wav', 'presigned.wav']) {
      const got = await s3.getObject({ Bucket, Key });
      expect([Key, sha256(await got.Body!.transformToByteArray())]).toEqual([Key, sha256(SOUND)]);
    }
    const { Contents } = await s3.listObjectsV2({ Bucket, Prefix: 'a b/' });
    expect(Contents!.map(({ Key }) => Key)).toEqual(['a b/ü+&.wav']);
    const wrong = new s3Sdk.S3({ ...config, credentials: { ...OPERATOR, secretAccessKey: 'wrong' } });
    await expect(wrong.putObject({ Bucket, Key: 'whole.wav', Body: 'x' })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await expect(s3.getObject({ Bucket, Key: 'missing.wav' })).rejects.toBeInstanceOf(s3Sdk.NoSuchKey);
    s3.destroy();
    wrong.destroy();
  });

  it('A request for an unserved bucket subresource does not reach the bucket', async () => {
    const s3 = new s3Sdk.S3(config);
    const Bucket = 'kept';
    await s3.createBucket({ Bucket });
    const answers = [
      s3.deleteBucketIntelligentTieringConfiguration({ Bucket, Id: 'a' }),
      s3.getBucketAcl({ Bucket }),
      s3.renameObject({ Bucket, Key: 'b.wav', RenameSource: 'a.wav' }),
      s3.putObjectTagging({ Bucket, Key: 'b.wav', Tagging: { TagSet: [] } }),
    ].map((answer) => answer.then(String, ({ name, message }: Error) => `${name}: ${message.split(';')[0]}`));
    expect(await Promise.all(answers)).toEqual([
      "NotImplemented: Amazon S3 DELETE of the bucket's ?intelligent-tiering is not served here",
      "NotImplemented: Amazon S3 GET of the bucket's ?acl is not served here",
      "NotImplemented: Amazon S3 PUT of the object's ?renameObject is not served here",
      "NotImplemented: Amazon S3 PUT of the object's ?tagging is not served here",
    ]);
    expect((await s3.listObjectsV2({ Bucket, Prefix: '' })).KeyCount).toBe(0);
    s3.destroy();
  });

  it('DynamoDB names an operation that it does not serve', async () => {
    const dynamodb = new dynamodbSdk.DynamoDB(config);
    await expect(dynamodb.executeStatement({ Statement: 'SELECT * FROM t' })).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringMatching(/^DynamoDB ExecuteStatement is not served here; .*, GetItem, .* are$/),
    });
    dynamodb.destroy();
  });

  it('User-pool operations that need no credentials are refused by name', async () => {
    const headers = { 'x-amz-target': 'AWSCognitoIdentityProviderService.SignUp' };
    const answer = await fetch(front.endpoint, { method: 'POST', headers, body: '{}' });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { message: expect.stringMatching(/SignUp is not served here without keys/) },
    ]);
  });

  it('DynamoDB stores items and enforces conditions', async () => {
    const dynamodb = new dynamodbSdk.DynamoDB(config);
    const TableName = 'meetingInfo';
    await dynamodb.createTable({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'callId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'callId', KeyType: 'HASH' }],
    });
    const Item = { callId: { S: 'ü-1' }, at: { N: '1' } };
    await dynamodb.putItem({ TableName, Item });
    expect((await dynamodb.getItem({ TableName, Key: { callId: { S: 'ü-1' } } })).Item).toEqual(Item);
    const again = dynamodb.putItem({ TableName, Item, ConditionExpression: 'attribute_not_exists(callId)' });
    await expect(again).rejects.toBeInstanceOf(dynamodbSdk.ConditionalCheckFailedException);
    dynamodb.destroy();
  });
});
