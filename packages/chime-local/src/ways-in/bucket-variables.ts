/**
 * The environment variables by which a standalone handler learns its buckets; its sources contain their
 * names.
 */
import { environmentReads } from './environment-reads.ts';

export interface BucketVariables {
  /** Variables of buckets with prompts. */
  sounds: string[];
  /** Variables of buckets for recordings. */
  recordings: string[];
}

/** The environment variables in a handler's sources whose names contain "bucket". */
export function bucketVariablesOf(file: string): BucketVariables {
  const buckets = environmentReads(file)
    .map(({ name }) => name)
    .filter((name) => /bucket/i.test(name));
  const isForRecordings = (name: string): boolean => /record/i.test(name);
  return {
    sounds: buckets.filter((name) => !isForRecordings(name)),
    recordings: buckets.filter(isForRecordings),
  };
}
