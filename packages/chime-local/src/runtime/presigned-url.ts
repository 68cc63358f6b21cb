/** URLs of S3 that let whoever has them read an object, under the names that S3 has on AWS: functions are led here from those. */
import type { AccessKey } from '#aws';

/** Seconds that one lasts. Amazon Transcribe's last 15 minutes. */
const SECONDS = 900;

export async function presignedUrl(
  { accessKeyId, secretAccessKey }: AccessKey,
  region: string,
  Bucket: string,
  Key: string,
): Promise<string> {
  // Loaded when it is needed: few applications transcribe.
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
