/** S3 object keys of recordings (pstn-audio 9.2, 9.3). Times are UTC. */

/** The beginning of a recording's key when StartCallRecording names no prefix. DG: start-call-recording. */
export const CALL_RECORDINGS_PREFIX = 'Amazon-Chime-SMA-Call-Recordings';

/** `yyyy/mm/dd` of a time in milliseconds since the epoch. */
export function datePath(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '/');
}

/** `yyyy-mm-dd-HH-MM-SS-mmm_{transactionId}_{legId}.wav`. */
export function recordingName(ms: number, transactionId: string, legId: string): string {
  const time = new Date(ms).toISOString().slice(0, -1).replaceAll(/[T:.]/g, '-');
  return `${time}_${transactionId}_${legId}.wav`;
}

/** Splits `bucket` or `bucket/prefix`, with or without slashes at the end. */
export function splitLocation(location: string): { bucket: string; prefix: string } {
  const [bucket = '', ...folders] = location.replace(/\/+$/, '').split('/');
  return { bucket, prefix: folders.join('/') || CALL_RECORDINGS_PREFIX };
}
