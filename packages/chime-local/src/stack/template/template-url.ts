/** `bucket.s3.amazonaws.com`, with or without a Region. */
const VIRTUAL_HOST = /^(.+?)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com$/;

/**
 * The object that an S3 URL names: `https://s3.REGION.amazonaws.com/BUCKET/KEY`,
 * `https://BUCKET.s3.REGION.amazonaws.com/KEY`, `s3://BUCKET/KEY` or a path-style URL of this machine.
 */
export function objectOfUrl(text: string): { bucket: string; key: string } | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  const path = decodeURIComponent(url.pathname.slice(1));
  const bucket = url.protocol === 's3:' ? url.hostname : VIRTUAL_HOST.exec(url.hostname)?.[1];
  if (bucket) return path ? { bucket, key: path } : undefined;
  const slash = path.indexOf('/');
  return slash > 0 && slash < path.length - 1
    ? { bucket: path.slice(0, slash), key: path.slice(slash + 1) }
    : undefined;
}
