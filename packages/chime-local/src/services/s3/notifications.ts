/**
 * Event notifications of buckets. S3 user guide, "Amazon S3 Event Notifications" and "Event message
 * structure".
 */
import type { Clock, Ids } from '#platform';
import type { Deliveries } from '../delivery/index.ts';
import type { BucketChange } from './bucket.ts';

export interface NotificationTarget {
  /** The ARN of a function or queue. */
  arn: string;
  /** Event types, e.g. `s3:ObjectCreated:*`. */
  events: readonly string[];
  prefix: string;
  suffix: string;
}

export interface BucketNotificationsOptions {
  deliveries: Deliveries;
  region: string;
  clock: Clock;
  ids: Ids;
}

const PRINCIPAL = 's3.amazonaws.com';

export class BucketNotifications {
  readonly #options: BucketNotificationsOptions;
  readonly #targets = new Map<string, readonly NotificationTarget[]>();

  constructor(options: BucketNotificationsOptions) {
    this.#options = options;
  }

  /** Replaces the targets of a bucket. */
  set(bucket: string, targets: readonly NotificationTarget[]): void {
    this.#targets.set(bucket, targets);
  }

  /** Notifies the targets that subscribed to such a change. */
  take(bucket: string, change: BucketChange): void {
    const { deliveries } = this.#options;
    const wanted = (this.#targets.get(bucket) ?? []).filter((target) => fits(target, change));
    for (const { arn } of wanted) {
      const source = { principal: PRINCIPAL, arn: `arn:aws:s3:::${bucket}` };
      const event = this.#eventOf(bucket, change);
      if (arn.split(':')[2] === 'sqs') deliveries.toQueue(arn, { body: JSON.stringify(event) }, source);
      else deliveries.toFunction(arn, event, source);
    }
  }

  #eventOf(bucket: string, { event, key, size, etag }: BucketChange): object {
    const { region, clock, ids } = this.#options;
    const object = {
      key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'),
      ...(size === undefined ? {} : { size }),
      ...(etag === undefined ? {} : { eTag: etag }),
      sequencer: clock.now().toString(16).toUpperCase().padStart(16, '0'),
    };
    return {
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: region,
          eventTime: new Date(clock.now()).toISOString(),
          eventName: event,
          responseElements: { 'x-amz-request-id': ids.hex(8).toUpperCase() },
          s3: { s3SchemaVersion: '1.0', bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` }, object },
        },
      ],
    };
  }
}

function fits({ events, prefix, suffix }: NotificationTarget, { event, key }: BucketChange): boolean {
  if (!key.startsWith(prefix) || !key.endsWith(suffix)) return false;
  return events.some((wanted) => {
    const name = wanted.replace(/^s3:/, '');
    return name.endsWith('*') ? event.startsWith(name.slice(0, -1)) : name === event;
  });
}
