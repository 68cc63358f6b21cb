/** Checks whether the caller may do what a deployment needs, as far as IAM's policy simulator may be used. */
import type { CheckLine } from './check.ts';
import { type Aws, AwsFailure } from './programs.ts';

/** What the deployment does with the caller's own credentials; the CDK bootstrap's roles do the rest. */
const NEEDED = [
  'cloudformation:DescribeStacks',
  'cloudformation:GetTemplate',
  'cloudformation:ListStackResources',
  'cloudformation:DeleteStack',
  'ssm:GetParameter',
  'chime:ListPhoneNumbers',
  'chime:SearchAvailablePhoneNumbers',
  'iam:CreateServiceLinkedRole',
  'sts:AssumeRole',
];

interface Simulated {
  EvaluationResults: { EvalActionName: string; EvalDecision: string }[];
}

/** The role of `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`; a user's ARN is unchanged. */
function principalOf(arn: string): string {
  return arn.replace(/^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\/.*$/, 'arn:$1:iam::$2:role/$3');
}

export async function checkPermissions(aws: Aws, arn: string): Promise<CheckLine> {
  if (arn.endsWith(':root'))
    return { ok: undefined, text: 'permissions: all, as the root user; use a role instead' };
  try {
    const { EvaluationResults } = await aws.call<Simulated>(
      'iam',
      'simulate-principal-policy',
      '--policy-source-arn',
      principalOf(arn),
      '--action-names',
      ...NEEDED,
    );
    const denied = EvaluationResults.filter(({ EvalDecision }) => EvalDecision !== 'allowed');
    const names = denied.map(({ EvalActionName }) => EvalActionName).join(', ');
    return denied.length === 0
      ? { ok: true, text: `permissions: the ${NEEDED.length} that were asked about are granted` }
      : { ok: false, text: `permissions: IAM's simulator denies ${names}` };
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return { ok: undefined, text: `permissions: not known, for they may not be asked about (${error.said})` };
  }
}
