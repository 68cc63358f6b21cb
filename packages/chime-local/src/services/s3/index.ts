/** The public interface of the S3 service. */
export { policyAllows } from './bucket-policy.ts';
export { BucketNotifications, type NotificationTarget } from './notifications.ts';
export { S3 } from './s3.ts';
