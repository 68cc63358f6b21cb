import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The file in which a stack of this checkout writes its addresses. */
export const ENDPOINTS_FILE = fileURLToPath(new URL('../../.local/endpoints.json', import.meta.url));

/** What is needed from a running stack: its AWS APIs. */
export interface StackPlace {
  awsEndpoint: string;
  awsRegion: string;
  awsAccessKeyId: string;
  awsSecretAccessKey: string;
}

/** The stack that is running now; undefined when none is. */
export function runningStack(file = ENDPOINTS_FILE): StackPlace | undefined {
  try {
    const endpoints = JSON.parse(readFileSync(file, 'utf8')) as StackPlace & { pid: number };
    process.kill(endpoints.pid, 0);
    return endpoints;
  } catch {
    return undefined;
  }
}

/**
 * Puts prompts into those buckets of a running stack that contain prompts of this folder, so that they are
 * heard at once.
 *
 * @param names of files in `dir`, without their extension
 * @returns how many buckets received them
 */
export async function putIntoStack(
  place: StackPlace,
  dir: string,
  names: readonly string[],
): Promise<number> {
  const { ListBucketsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } = await import(
    '@aws-sdk/client-s3'
  );
  const credentials = { accessKeyId: place.awsAccessKeyId, secretAccessKey: place.awsSecretAccessKey };
  const s3 = new S3Client({
    endpoint: place.awsEndpoint,
    region: place.awsRegion,
    credentials,
    forcePathStyle: true,
  });
  try {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    let taken = 0;
    for (const { Name: Bucket } of Buckets) {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
      // A bucket for prompts contains nothing else.
      if (Contents.length === 0 || !Contents.every(({ Key }) => Key?.endsWith('.wav'))) continue;
      for (const name of names) {
        const Body = await readFile(join(dir, `${name}.wav`));
        await s3.send(new PutObjectCommand({ Bucket, Key: `${name}.wav`, Body, ContentType: 'audio/wav' }));
      }
      taken++;
    }
    return taken;
  } finally {
    s3.destroy();
  }
}
