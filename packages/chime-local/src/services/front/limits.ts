/** What the front door accepts from anybody who can reach it. */

/** Bytes of a body that is read whole (all services but S3). DynamoDB's BatchWriteItem, 16 MB, is the largest. */
export const MAX_BUFFERED_BODY_BYTES = 17 * 1024 * 1024;
/** Values in a JSON body. Ours: two for each `{"N":"1"}` of the largest item, 400 KB (DynamoDB developer guide, "Quotas"). */
export const MAX_JSON_VALUES = 100_000;
/** Levels of a JSON body. Ours: AWS's deepest, an item of DynamoDB, has 32 of its own. */
export const MAX_JSON_DEPTH = 1_000;
/** Bytes of a form. Ours: PutMetricData's 1 MB, each byte of it as `%41`. */
export const MAX_FORM_BYTES = 4 * 1024 * 1024;
/** Fields of a form. Ours: CloudFormation's 200 parameters, 500 types of resources and 50 tags need 1,300. */
export const MAX_FORM_FIELDS = 5_000;
/** Bytes of a request's line and headers. Presigned URLs with a session token stay well below. */
export const MAX_HEADER_BYTES = 32 * 1024;
/** Header lines of a request. */
export const MAX_HEADERS = 100;
/** Open connections. */
export const MAX_CONNECTIONS = 1024;
/** Milliseconds a client has for its headers. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** Milliseconds a client has for a whole request; S3 uploads over the loopback interface are far faster. */
export const REQUEST_TIMEOUT_MS = 300_000;
/** Milliseconds between looks at who takes too long. */
export const TIMEOUT_CHECK_MS = 5_000;
/** Milliseconds an idle connection is kept: longer than the SDKs' own pools pause between calls. */
export const KEEP_ALIVE_MS = 120_000;

/** Milliseconds by which a request's time may differ from ours. IAM user guide, "Signature Version 4". */
export const MAX_SKEW_MS = 5 * 60_000;
/** The same for S3. Amazon S3 API reference, RequestTimeTooSkewed. */
export const MAX_S3_SKEW_MS = 15 * 60_000;
/** Seconds a presigned request may be valid. Amazon S3 API reference, X-Amz-Expires. */
export const MAX_PRESIGN_SECONDS = 604_800;
/** Signing keys kept. One a credential, day, Region and service. */
export const MAX_CACHED_SIGNING_KEYS = 256;
