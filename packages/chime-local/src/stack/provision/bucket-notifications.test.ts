import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { BucketNotifications, S3 } from '#aws';
import type { ResourceRequest } from '#cloudformation';
import { silentLog, systemClock, systemIds } from '#platform';
import { bucketNotificationsProvider, notificationTargets } from './bucket-notifications.ts';
import type { ProviderServices } from './services.ts';
import { storageProviders } from './storage.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:transcribe';

it('A bucket notifies its function of the requested events only', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'notified-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const common = { clock: systemClock, ids: systemIds };
  const home = { accountId: '000000000000', region: 'us-east-1' };
  const s3 = await S3.open({ ...common, ...home, folder, log: silentLog });
  const told: [string, string, unknown][] = [];
  const deliveries = {
    toFunction: (arn: string, event: object, { principal }: { principal: string }) =>
      void told.push([arn, principal, (event as { Records: unknown[] }).Records[0]]),
    toQueue: () => {},
  };
  const notifications = new BucketNotifications({ ...common, region: 'us-east-1', deliveries });
  s3.watch((bucket, change) => notifications.take(bucket, change));
  await s3.createBucket('recordings');
  const NotificationConfiguration = {
    LambdaFunctionConfigurations: [
      {
        Events: ['s3:ObjectCreated:*'],
        LambdaFunctionArn: FUNCTION,
        Filter: { Key: { FilterRules: [{ Name: 'suffix', Value: '.wav' }] } },
      },
    ],
  };
  const provider = bucketNotificationsProvider({ notifications } as unknown as ProviderServices);
  const properties = { BucketName: 'recordings', NotificationConfiguration };
  await provider.create({ properties } as unknown as ResourceRequest);
  await s3.put('recordings', 'a note.txt', Buffer.from('x'));
  await s3.put('recordings', 'calls/one two.wav', Buffer.from('four'));
  await s3.remove('recordings', 'calls/one two.wav');
  expect(told).toMatchObject([
    [
      FUNCTION,
      's3.amazonaws.com',
      {
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: 'recordings' }, object: { key: 'calls/one+two.wav', size: 4 } },
      },
    ],
  ]);
});

it("The bucket's property names notification targets in its own format", () => {
  const Filter = { S3Key: { Rules: [{ Name: 'prefix', Value: 'in/' }] } };
  const QueueConfigurations = [{ Event: 's3:ObjectRemoved:Delete', Queue: 'arn:aws:sqs:r:a:q', Filter }];
  expect(notificationTargets({ QueueConfigurations })).toEqual([
    { arn: 'arn:aws:sqs:r:a:q', events: ['s3:ObjectRemoved:Delete'], prefix: 'in/', suffix: '' },
  ]);
});

it('A bucket that loses its notifications notifies nobody', async () => {
  const set: [string, number][] = [];
  const notifications = {
    set: (bucket: string, targets: unknown[]) => void set.push([bucket, targets.length]),
  };
  const warned: string[] = [];
  const log = { ...silentLog, warn: (text: string) => void warned.push(text) };
  const home = { accountId: '000000000000', region: 'us-east-1' };
  const [provider] = storageProviders({ notifications, log, home } as unknown as ProviderServices);
  const bucketWith = (NotificationConfiguration?: object) =>
    ({ logicalId: 'Calls', physicalId: 'calls', properties: { NotificationConfiguration } }) as never;
  const LambdaConfigurations = [{ Event: 's3:ObjectCreated:*', Function: FUNCTION }];
  await provider!.update?.(bucketWith({ LambdaConfigurations }), bucketWith());
  await provider!.update?.(bucketWith(), bucketWith({ LambdaConfigurations }));
  await provider!.update?.(bucketWith(), bucketWith());
  expect(set).toEqual([
    ['calls', 1],
    ['calls', 0],
  ]);
  expect(warned).toEqual([]);
  const TopicConfigurations = [{ Event: 's3:ObjectCreated:*', Topic: 'arn:aws:sns:r:a:t' }];
  const EventBridgeConfiguration = { EventBridgeEnabled: true };
  await provider!.update?.(bucketWith({ TopicConfigurations, EventBridgeConfiguration }), bucketWith());
  expect(warned).toEqual([
    'Calls notifies arn:aws:sns:r:a:t and EventBridge, which is not carried out: here a bucket notifies functions and queues.',
  ]);
});
