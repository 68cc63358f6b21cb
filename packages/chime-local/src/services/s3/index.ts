/** The front door of S3. */
export { policyAllows } from './bucket-policy.ts';
export { BucketNotifications, type NotificationTarget } from './notifications.ts';
export { S3 } from './s3.ts';
