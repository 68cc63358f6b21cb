import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type AudioFileFacts, type Surroundings, VOICE_REGIONS } from 'pstn-audio';
import { WavError, wavForm } from '#audio';
import { isObject } from '#platform';
import { BUCKET_FOLDER, CHIME_PRINCIPAL } from '#provision';
import type { SynthesisedStack, TemplateResource } from '#template';
import { retiredSince } from './runtimes.ts';

/** What an application's stacks tell about the environment in which answers will be used. */
export interface ApplicationFacts {
  surroundings: Surroundings;
  /** Sentences about what works locally but may not work on AWS. */
  warnings: string[];
}

type Action = 's3:GetObject' | 's3:PutObject';

/**
 * Collects what the templates say about buckets and bucket policies. `folders`: local folder by bucket name.
 */
export function applicationFacts(
  stacks: readonly SynthesisedStack[],
  { folders, region, now }: { folders: Readonly<Record<string, string>>; region: string; now: Date },
): ApplicationFacts {
  const buckets = new Map(Object.entries(folders));
  for (const [name, folder] of stacks.flatMap(bucketFolders)) buckets.set(name, folder);
  const policies = stacks.flatMap(({ template }) =>
    ofType(template.Resources, 'AWS::S3::BucketPolicy').map((policy) => ({
      bucket: nameOf(policy.Properties?.Bucket, template.Resources),
      document: policy.Properties?.PolicyDocument,
    })),
  );
  const hasBuckets = stacks.some(({ template }) => ofType(template.Resources, 'AWS::S3::Bucket').length > 0);
  return {
    surroundings: {
      audioFile(bucket, key) {
        const folder = buckets.get(bucket);
        return folder === undefined ? undefined : fileFacts(folder, key);
      },
      allows(bucket, action) {
        const named = policies.filter((policy) => policy.bucket === bucket || policy.bucket === undefined);
        if (named.some(({ document }) => grants(document, action))) return true;
        // A bucket of another stack may have any policy.
        return hasBuckets && named.every((policy) => policy.bucket !== undefined) ? false : undefined;
      },
    },
    warnings: [...regionWarnings(region), ...stacks.flatMap((stack) => runtimeWarnings(stack, now))],
  };
}

function ofType(resources: Record<string, TemplateResource>, type: string): TemplateResource[] {
  return Object.values(resources).filter(({ Type }) => Type === type);
}

/** A bucket's name: the literal string, or the `BucketName` of the resource that it refers to. */
function nameOf(bucket: unknown, resources: Record<string, TemplateResource>): string | undefined {
  if (typeof bucket === 'string') return bucket;
  const named = isObject(bucket) ? resources[String(bucket.Ref)]?.Properties?.BucketName : undefined;
  return typeof named === 'string' ? named : undefined;
}

function bucketFolders({ template: { Resources } }: SynthesisedStack): [string, string][] {
  return ofType(Resources, BUCKET_FOLDER).flatMap(({ Properties = {} }) => {
    const name = nameOf(Properties.Bucket, Resources);
    return name === undefined ? [] : [[name, String(Properties.Folder)] as [string, string]];
  });
}

/** Whether a statement allows the service this action. Conditions are ignored. */
function grants(document: unknown, action: Action): boolean {
  const statements = isObject(document) ? [document.Statement].flat() : [];
  return statements.some((statement) => {
    if (!isObject(statement) || statement.Effect !== 'Allow') return false;
    const principals = JSON.stringify(statement.Principal ?? null);
    if (!principals.includes(CHIME_PRINCIPAL) && principals !== '"*"') return false;
    return [statement.Action].flat().some((pattern) => pattern === '*' || covers(String(pattern), action));
  });
}

/** `s3:Get*` covers `s3:GetObject`; case does not matter. IAM User Guide, "Action". */
function covers(pattern: string, action: Action): boolean {
  const star = pattern.indexOf('*');
  const [wanted, known] = [action.toLowerCase(), pattern.toLowerCase()];
  return star < 0 ? wanted === known : wanted.startsWith(known.slice(0, star));
}

/** The facts of a bucket's file; null if it does not exist or lies outside of the folder. */
function fileFacts(folder: string, key: string): AudioFileFacts | null {
  const file = path.resolve(folder, key);
  if (!file.startsWith(path.resolve(folder) + path.sep)) return null;
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return null;
  }
  try {
    return { bytes: bytes.length, ...wavForm(bytes) };
  } catch (error) {
    if (!(error instanceof WavError)) throw error;
    return { bytes: bytes.length, fault: error.message };
  }
}

function regionWarnings(region: string): string[] {
  if (VOICE_REGIONS.includes(region)) return [];
  return [`Region ${region} has no SIP media applications; use one of ${VOICE_REGIONS.join(', ')}.`];
}

function runtimeWarnings({ template }: SynthesisedStack, now: Date): string[] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) => {
    const isFunction = Type === 'AWS::Lambda::Function' || Type === 'AWS::Serverless::Function';
    const runtime = isFunction ? String(Properties.Runtime ?? '') : '';
    const since = retiredSince(runtime, now);
    if (since === undefined) return [];
    return [`${id} has the runtime ${runtime}, which Lambda has retired (${since}): choose a newer one.`];
  });
}
