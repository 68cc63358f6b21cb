/** The front door of S3. */
export { type PolicyQuestion, policyAllows } from './bucket-policy.ts';
export { S3, type S3Options, type StoredObject } from './s3.ts';
