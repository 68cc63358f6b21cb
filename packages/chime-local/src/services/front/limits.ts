/** Limits on what the AWS endpoint accepts from any client that can reach it. */

/**
 * Maximum size of a buffered body in bytes (all services except S3). The largest request is DynamoDB's
 * BatchWriteItem, 16 MB.
 */
export const MAX_BUFFERED_BODY_BYTES = 17 * 1024 * 1024;
/**
 * Maximum number of values in a JSON body. Ours: two for each `{"N":"1"}` of the largest item, 400 KB
 * (DynamoDB developer guide, "Quotas").
 */
export const MAX_JSON_VALUES = 100_000;
/** Maximum depth of a JSON body. Ours: the deepest JSON of AWS, a DynamoDB item, has 32 levels of its own. */
export const MAX_JSON_DEPTH = 1_000;
/** Maximum size of a form in bytes. Ours: the 1 MB of PutMetricData with each byte encoded as `%41`. */
export const MAX_FORM_BYTES = 4 * 1024 * 1024;
/**
 * Maximum number of fields in a form. Ours: CloudFormation's 200 parameters, 500 resource types and 50 tags
 * need 1,300.
 */
export const MAX_FORM_FIELDS = 5_000;
/**
 * Maximum size of a request line with headers, in bytes. Presigned URLs with a session token stay well below.
 */
export const MAX_HEADER_BYTES = 32 * 1024;
/** Maximum number of header lines per request. */
export const MAX_HEADERS = 100;
/** Maximum number of open connections. */
export const MAX_CONNECTIONS = 1024;
/** Milliseconds in which a client must send its headers. */
export const HEADERS_TIMEOUT_MS = 10_000;
/**
 * Milliseconds in which a client must send a whole request; S3 uploads over the loopback interface are far
 * faster.
 */
export const REQUEST_TIMEOUT_MS = 300_000;
/** Milliseconds between checks for clients that exceed these timeouts. */
export const TIMEOUT_CHECK_MS = 5_000;
/**
 * Milliseconds that an idle connection is kept open: longer than the SDKs' connection pools pause between
 * calls.
 */
export const KEEP_ALIVE_MS = 120_000;

/**
 * Greatest difference in milliseconds between a request's time and ours. IAM user guide, "Signature Version
 * 4".
 */
export const MAX_SKEW_MS = 5 * 60_000;
/** The same for S3. Amazon S3 API reference, RequestTimeTooSkewed. */
export const MAX_S3_SKEW_MS = 15 * 60_000;
/** Maximum validity of a presigned request in seconds. Amazon S3 API reference, X-Amz-Expires. */
export const MAX_PRESIGN_SECONDS = 604_800;
/** Maximum number of cached signing keys. There is one per credential, day, Region and service. */
export const MAX_CACHED_SIGNING_KEYS = 256;
