/** The variables by which a handler that is run alone is told its buckets: it says their names itself. */
import { environmentReads } from './environment-reads.ts';

export interface BucketVariables {
  /** Those of buckets with prompts. */
  sounds: string[];
  /** Those of buckets that recordings go to. */
  recordings: string[];
}

/** Names of variables with "bucket" in them, as they stand in a handler's sources. */
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
