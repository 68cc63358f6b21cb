/** Host names of AWS: under them clients reach this server too, when they are led here. */

/** Domains of AWS's endpoints. AWS general reference, "AWS service endpoints"; `aws.amazon.com`: Chime's first one. */
const AWS_HOST = /(^|\.)(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|aws\.dev|on\.aws|aws\.amazon\.com)$/;
/** A bucket in the name. S3 user guide, "Virtual hosting of buckets". Each hyphen begins a part: there is one way to read a name. */
const BUCKET_HOST = /^(.+)\.s3(?:[.-][a-z0-9]+)*?\.amazonaws\.com(?:\.cn)?$/;
/** Characters of a name. RFC 1035 section 2.3.4: 255 octets, two of which are no characters. */
const MAX_NAME = 253;

export const isAwsHost = (name: string): boolean => AWS_HOST.test(name);

/** The bucket that a host name has in it, in virtual-hosted style. */
export const bucketOfHost = (name: string): string | undefined =>
  name.length > MAX_NAME ? undefined : BUCKET_HOST.exec(name)?.[1];
