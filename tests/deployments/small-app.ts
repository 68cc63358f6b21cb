import { App, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';

const ENVIRONMENT = { account: '000000000000', region: 'us-east-1' };
/** The parameter that the second stack creates from what it imports from the first. */
export const COPY = '/small/copy';

class Part extends NestedStack {
  readonly value: string;

  constructor(scope: Construct, value: string) {
    super(scope, 'Part');
    this.value = new StringParameter(this, 'Parameter', { stringValue: value }).stringValue;
  }
}

/**
 * Synthesises two stacks into the folder: `Producer` has a nested stack and a bucket that stays, `Consumer` imports what
 * both export.
 */
export function synthesiseSmallApp(folder: string, value: string): string {
  const app = new App({ outdir: folder, analyticsReporting: false, builtinCloudFormationValidation: false });
  const producer = new Stack(app, 'Producer', { env: ENVIRONMENT });
  const part = new Part(producer, value);
  const kept = new Bucket(producer, 'Kept', { removalPolicy: RemovalPolicy.RETAIN });
  const consumer = new Stack(app, 'Consumer', { env: ENVIRONMENT });
  new StringParameter(consumer, 'Copy', {
    parameterName: COPY,
    stringValue: `${part.value} of ${kept.bucketName}`,
  });
  return app.synth().directory;
}
