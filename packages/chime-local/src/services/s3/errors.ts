/**
 * A request that S3 refuses; `name` is the error code. Source: Amazon S3 API Reference, "Error responses"
 * (codes, statuses and messages).
 */
export class S3Error extends Error {
  readonly statusCode: number;
  /** Further elements of the error document, e.g. `BucketName`. */
  readonly details: Readonly<Record<string, string>>;

  constructor(statusCode: number, code: string, message: string, details: Record<string, string> = {}) {
    super(message);
    this.name = code;
    this.statusCode = statusCode;
    this.details = details;
  }
}

export const noSuchBucket = (bucket: string): S3Error =>
  new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket });

export const noSuchKey = (key: string): S3Error =>
  new S3Error(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key });

export const noSuchUpload = (uploadId: string): S3Error =>
  new S3Error(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: uploadId },
  );

export const invalidArgument = (message: string, name: string, value: string): S3Error =>
  new S3Error(400, 'InvalidArgument', message, { ArgumentName: name, ArgumentValue: value });

export const invalidRequest = (message: string): S3Error => new S3Error(400, 'InvalidRequest', message);

export const malformedXml = (what: string): S3Error =>
  new S3Error(
    400,
    'MalformedXML',
    `The XML you provided was not well-formed or did not validate against our published schema: ${what}`,
  );

export const preconditionFailed = (condition: string): S3Error =>
  new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });
