import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import type { Construct } from 'constructs';

/** The service that plays the prompts. DG: play-audio. */
export const VOICE_SERVICE = 'voiceconnector.chime.amazonaws.com';

const PROMPTS_DIRECTORY = join(dirname(fileURLToPath(import.meta.url)), '..', 'prompts');

/** Keys of the prompts in the repository, sorted; operators choose from them. */
export function promptKeys(): string[] {
  if (!existsSync(PROMPTS_DIRECTORY)) return [];
  return readdirSync(PROMPTS_DIRECTORY)
    .filter((name) => name.endsWith('.wav'))
    .sort();
}

/** The bucket `outgoingWav`: WAV prompts (PCM, mono, 8 kHz), deployed from `prompts`. */
export class OutgoingWav {
  readonly bucket: Bucket;

  constructor(scope: Construct) {
    this.bucket = new Bucket(scope, 'outgoingWav', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    });
    if (promptKeys().length === 0) return;
    new BucketDeployment(scope, 'outgoingWavDeployment', {
      // The library's interface is stricter than its class (`isWebsite`).
      destinationBucket: this.bucket as IBucket,
      sources: [Source.asset(PROMPTS_DIRECTORY, { exclude: ['*', '!*.wav'] })],
      // PlayAudio refuses objects of any other content type. DG: play-audio.
      contentType: 'audio/wav',
      memoryLimit: 512,
    });
  }

  /** Lets the voice service read the prompts, on behalf of this one application of this account. */
  allowSipMediaApplication(sipMediaApplicationArn: string): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal(VOICE_SERVICE)],
        actions: ['s3:GetObject'],
        resources: [this.bucket.arnForObjects('*')],
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Stack.of(this.bucket).account,
            'aws:SourceArn': sipMediaApplicationArn,
          },
        },
      }),
    );
  }
}
