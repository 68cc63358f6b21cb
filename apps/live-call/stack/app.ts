/**
 * The CDK app: `node --import tsx stack/app.ts` writes the cloud assembly, the CDK CLI deploys it.
 *
 * Environment: `CDK_OUTDIR` (where the assembly goes; default `cdk.out`), `CDK_DEFAULT_ACCOUNT` and
 * `CDK_DEFAULT_REGION` (default 000000000000 and us-east-1, so that it synthesises without an account),
 * `CDK_NAG=1` (runs the AWS Solutions checks too; a finding ends the synthesis with an error).
 * Context: `stackName` (default LiveCall), `areaCode`, `number`, `replaceNumber`, `keepNumber`
 * (see {@link NumberWish}), `ownApplicationType` (see {@link TelephonyProps}).
 */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { acknowledgeFindings } from './acknowledged-findings.ts';
import { LiveCallStack } from './live-call-stack.ts';

/** Regions in which telephone numbers for SIP media applications are sold. */
const REGIONS_WITH_NUMBERS = ['us-east-1', 'us-west-2'];

const account = process.env.CDK_DEFAULT_ACCOUNT ?? '000000000000';
const region = process.env.CDK_DEFAULT_REGION ?? 'us-east-1';
if (!REGIONS_WITH_NUMBERS.includes(region)) {
  throw new Error(
    `CDK_DEFAULT_REGION is ${region}, but telephone numbers for SIP media applications are sold in ` +
      `${REGIONS_WITH_NUMBERS.join(' and ')} only: deploy to one of these.`,
  );
}

const app = new App({
  outdir: process.env.CDK_OUTDIR ?? 'cdk.out',
  analyticsReporting: false,
  // The CLI sets these; without them the template would differ and lose the names of its constructs.
  context: {
    'aws:cdk:enable-path-metadata': true,
    'aws:cdk:enable-asset-metadata': true,
    '@aws-cdk/aws-iam:minimizePolicies': true,
    '@aws-cdk/core:checkSecretUsage': true,
  },
});

/** A value given with `--context NAME=VALUE`; an empty object when it is missing or empty. */
function given<Name extends string>(name: Name): { [key in Name]?: string } {
  const value: unknown = app.node.tryGetContext(name);
  return (value === undefined || value === '' ? {} : { [name]: String(value) }) as { [key in Name]?: string };
}

const { stackName = 'LiveCall' } = given('stackName');
const stack = new LiveCallStack(app, stackName, {
  env: { account, region },
  description: 'Change a phone call while it is running: a SIP media application and its operator console',
  ...given('areaCode'),
  ...given('number'),
  ...given('replaceNumber'),
  keepNumber: String(app.node.tryGetContext('keepNumber')) === 'true',
  ownApplicationType: String(app.node.tryGetContext('ownApplicationType')) === 'true',
});

if (process.env.CDK_NAG === '1') {
  acknowledgeFindings(stack);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
app.synth();
