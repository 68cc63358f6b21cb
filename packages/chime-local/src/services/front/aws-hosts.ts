/** Host names of AWS: under them clients reach this server too, when they are led here. */

/** Domains of AWS's endpoints. AWS general reference, "AWS service endpoints"; `aws.amazon.com`: Chime's first one. */
const AWS_HOST = /(^|\.)(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|aws\.dev|on\.aws|aws\.amazon\.com)$/;
/** A bucket in the name. S3 user guide, "Virtual hosting of buckets". */
const BUCKET_HOST = /^(.+)\.s3(?:[.-][a-z0-9-]+)*?\.amazonaws\.com(?:\.cn)?$/;

export const isAwsHost = (name: string): boolean => AWS_HOST.test(name);

/** The bucket that a host name has in it, in virtual-hosted style. */
export const bucketOfHost = (name: string): string | undefined => BUCKET_HOST.exec(name)?.[1];
