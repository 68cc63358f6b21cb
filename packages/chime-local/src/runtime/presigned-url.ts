/**
 * S3 URLs that let their bearer read an object. They use the host names of AWS, from which functions are
 * redirected here.
 */
import type { AccessKey } from '#aws';

/** Lifetime of a URL in seconds. Those of Amazon Transcribe last 15 minutes. */
const SECONDS = 900;

export async function presignedUrl(
  { accessKeyId, secretAccessKey }: AccessKey,
  region: string,
  Bucket: string,
  Key: string,
): Promise<string> {
  // Loaded only when needed, because few applications transcribe.
  const [{ GetObjectCommand, S3Client }, { getSignedUrl }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/s3-request-presigner'),
  ]);
  const client = new S3Client({
    region,
    endpoint: `https://s3.${region}.amazonaws.com`,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  try {
    return await getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn: SECONDS });
  } finally {
    client.destroy();
  }
}
