import { policyAllows } from '#aws';
import type { EmulatedCloud } from '../packages/chime-local/src/runtime/emulated-cloud.ts';
import { audioObjects } from '../packages/chime-local/src/runtime/service-access.ts';

const BUCKET = 'prompts';
const KEY = 'welcome.wav';
const SERVICE = 'voiceconnector.chime.amazonaws.com';
const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const APPLICATION = '00000000-0000-4000-8000-000000000000';
/** Characters of the largest policy of a bucket. Source: Amazon S3 User Guide, "Bucket policies": 20 KB. */
const MAX_POLICY_CHARACTERS = 20 * 1024;

/**
 * The check of a bucket's policy that playing a prompt makes: as implemented, and as it would be with the
 * policy parsed each time.
 */
export interface PolicyQuestions {
  asked(): void;
  parsed(): void;
}

/**
 * A bucket policy with that many statements, the last of which lets the service read prompts. Undefined: the
 * policy would be longer than a bucket accepts.
 */
export function policyQuestions(statements: number): PolicyQuestions | undefined {
  const text = policyOf(statements);
  if (text.length > MAX_POLICY_CHARACTERS) return undefined;
  const cloud = {
    s3: { getBucketPolicy: () => text, head: () => ({ etag: 'etag' }) },
    voice: { applicationIds: () => [APPLICATION] },
  };
  const objects = audioObjects({ cloud: cloud as unknown as EmulatedCloud, region: REGION });
  const question = {
    principalService: SERVICE,
    action: 's3:GetObject',
    resourceArn: `arn:aws:s3:::${BUCKET}/${KEY}`,
    sourceAccount: ACCOUNT,
    sourceArn: `arn:aws:chime:${REGION}:${ACCOUNT}:sma/${APPLICATION}`,
  };
  return {
    asked: () => mustBe(objects.version(BUCKET, KEY) === 'etag'),
    parsed: () => mustBe(policyAllows(text, question)),
  };
}

function policyOf(statements: number): string {
  const Statement = Array.from({ length: statements }, (_, at) => ({
    Effect: 'Allow',
    Principal: { Service: SERVICE },
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${BUCKET}/${at === statements - 1 ? '*' : `${at}/*`}`,
  }));
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

function mustBe(allowed: boolean): void {
  if (!allowed) throw new Error('The policy does not let the service read the prompt.');
}
