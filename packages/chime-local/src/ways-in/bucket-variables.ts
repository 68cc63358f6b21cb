/** The variables by which a handler that is run alone is told its buckets: it says their names itself. */
import { readFileSync } from 'node:fs';

/** How a variable of the environment is read, in JavaScript, TypeScript and Python. */
const READS: readonly RegExp[] = [
  /\bprocess\.env\.([A-Za-z_]\w*)/g,
  /\bprocess\.env\[\s*["'`]([A-Za-z_]\w*)["'`]\s*\]/g,
  /\b(?:environ\.get|getenv)\(\s*["']([A-Za-z_]\w*)["']/g,
  /\benviron\[\s*["']([A-Za-z_]\w*)["']\s*\]/g,
];

export interface BucketVariables {
  /** Those of buckets with prompts. */
  sounds: string[];
  /** Those of buckets that recordings go to. */
  recordings: string[];
}

/** Names of variables with "bucket" in them, as they stand in a handler's file. */
export function bucketVariablesOf(file: string): BucketVariables {
  const text = readFileSync(file, 'utf8');
  const names = READS.flatMap((read) => [...text.matchAll(read)].map(([, name]) => name ?? ''));
  const buckets = [...new Set(names)].filter((name) => /bucket/i.test(name));
  const isForRecordings = (name: string): boolean => /record/i.test(name);
  return {
    sounds: buckets.filter((name) => !isForRecordings(name)),
    recordings: buckets.filter(isForRecordings),
  };
}
