import { BOOTSTRAP_QUALIFIER_CONTEXT, DefaultStackSynthesizer, type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A finding of the AWS Solutions checks that we accept, and why. */
interface Finding {
  rule: string;
  reason: string;
}

/** The only function that `BucketDeployment` brings along; its role and runtime are the CDK's. */
const BUCKET_DEPLOYMENT: Finding[] = [
  'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
  'IAM5[Resource::*]',
  'IAM5[Action::s3:GetBucket*]',
  'IAM5[Action::s3:GetObject*]',
  'IAM5[Action::s3:List*]',
  'IAM5[Action::s3:Abort*]',
  'IAM5[Action::s3:DeleteObject*]',
  'L1',
].map((rule) => ({ rule, reason: 'The CDK’s own deployment function; it runs only while deploying.' }));

/** Gives the reason for each finding that is accepted. A new finding fails the synthesis with `CDK_NAG=1`. */
export function acknowledgeFindings(stack: Stack): void {
  const everywhere: Finding[] = [
    { rule: 'S1', reason: 'Prompts and a public page: access logs would cost more than they tell.' },
    { rule: 'CFR1', reason: 'Operators may be anywhere.' },
    { rule: 'CFR2', reason: 'A static page; the API behind it wants a token and is throttled.' },
    { rule: 'CFR3', reason: 'A static page without secrets; the API keeps an access log.' },
    { rule: 'CFR4', reason: 'The default certificate of CloudFront allows no other setting.' },
    { rule: 'COG2', reason: 'A second factor is offered; requiring it is the owner’s decision.' },
    { rule: 'COG8', reason: 'The plus plan costs by user; passwords are long and nobody can sign up.' },
  ];
  acknowledge(stack, everywhere);
  acknowledge(child(stack, 'updateCallPython'), [
    { rule: 'L1', reason: 'python3.13, whose boto3 knows every operation used; supported until 2029.' },
  ]);
  const createMeeting = [{ rule: 'IAM5[Resource::*]', reason: 'chime:CreateMeeting has no resource type.' }];
  const anyMeeting = ['', stack.region].map((region) => ({
    rule: `IAM5[Resource::arn:<AWS::Partition>:chime:${region}:${stack.account}:meeting/*]`,
    reason: 'Meetings are made at run time: their ids are not known before.',
  }));
  acknowledge(child(stack, 'smaHandlerRole'), [...createMeeting, ...anyMeeting]);
  acknowledge(child(stack, 'joinMeetingRole'), [...createMeeting, ...anyMeeting]);
  acknowledge(child(stack, 'queryMeetingsRole'), anyMeeting);
  acknowledge(child(stack, 'setAttendeeAudioRole'), anyMeeting);
  acknowledge(child(stack, 'removeAttendeeRole'), anyMeeting);
  acknowledge(child(child(stack, 'Telephony'), 'chimeResourcesRole'), [
    { rule: 'IAM5[Resource::*]', reason: 'Operations on numbers and SIP rules have no resource type.' },
  ]);
  for (const construct of stack.node.children) {
    if (!construct.node.id.startsWith('Custom::CDKBucketDeployment')) continue;
    acknowledge(construct, [...BUCKET_DEPLOYMENT, ...deploymentResources(stack)]);
  }
}

/** What the deployment function reads from and writes to, in the notation of the checks. */
function deploymentResources(stack: Stack): Finding[] {
  const buckets = [child(stack, 'outgoingWav'), child(child(stack, 'WebClient'), 'Bucket')];
  const names = buckets.map((bucket) => `<${stack.getLogicalId(bucket.node.defaultChild as never)}.Arn>/*`);
  const qualifier: unknown =
    stack.node.tryGetContext(BOOTSTRAP_QUALIFIER_CONTEXT) ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER;
  const assets = `arn:<AWS::Partition>:s3:::cdk-${qualifier}-assets-${stack.account}-${stack.region}/*`;
  return [...names, assets].map((resource) => ({
    rule: `IAM5[Resource::${resource}]`,
    reason: 'It copies whatever objects the deployment has.',
  }));
}

function child(scope: IConstruct, id: string): IConstruct {
  return scope.node.findChild(id);
}

function acknowledge(construct: IConstruct, findings: readonly Finding[]): void {
  Validations.of(construct).acknowledge(
    ...findings.map(({ rule, reason }) => ({ id: `AwsSolutions::AwsSolutions-${rule}`, reason })),
  );
}
