/** Host names of AWS. Clients whose AWS requests are redirected here use them. */

/**
 * The domains of AWS endpoints. AWS general reference, "AWS service endpoints"; `aws.amazon.com`: the first
 * domain of Chime.
 */
const AWS_HOST = /(^|\.)(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|aws\.dev|on\.aws|aws\.amazon\.com)$/;
/**
 * A host name that contains a bucket. S3 user guide, "Virtual hosting of buckets". Each hyphen begins a part,
 * so a name matches in only one way.
 */
const BUCKET_HOST = /^(.+)\.s3(?:[.-][a-z0-9]+)*?\.amazonaws\.com(?:\.cn)?$/;
/** Maximum length of a name. RFC 1035 section 2.3.4: 255 octets, two of which are not characters. */
const MAX_NAME = 253;

export const isAwsHost = (name: string): boolean => AWS_HOST.test(name);

/** The bucket that a host name in virtual-hosted style contains. */
export const bucketOfHost = (name: string): string | undefined =>
  name.length > MAX_NAME ? undefined : BUCKET_HOST.exec(name)?.[1];
