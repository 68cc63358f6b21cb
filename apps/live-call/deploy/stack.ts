/** The deployed stack as CloudFormation describes it. */
import { type Aws, AwsFailure } from './programs.ts';

export interface Stack {
  id: string;
  name: string;
  status: string;
  reason: string;
  outputs: Record<string, string>;
}

interface Described {
  Stacks: {
    StackId: string;
    StackName: string;
    StackStatus: string;
    StackStatusReason?: string;
    Outputs?: { OutputKey: string; OutputValue: string }[];
  }[];
}

/** Undefined: the Region has no stack of that name (or id). Any other failure rejects. */
export async function findStack(aws: Aws, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks } = await aws.call<Described>('cloudformation', 'describe-stacks', '--stack-name', name);
    const [found] = Stacks;
    if (!found) return undefined;
    const outputs = (found.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
    return {
      id: found.StackId,
      name: found.StackName,
      status: found.StackStatus,
      reason: found.StackStatusReason ?? '',
      outputs: Object.fromEntries(outputs) as Record<string, string>,
    };
  } catch (error) {
    if (error instanceof AwsFailure && error.is('does not exist')) return undefined;
    throw error;
  }
}

export interface StackResource {
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceType: string;
  ResourceStatus: string;
  ResourceStatusReason?: string;
}

export async function resourcesOf(aws: Aws, stackId: string): Promise<StackResource[]> {
  const answer = await aws.call<{ StackResourceSummaries: StackResource[] }>(
    'cloudformation',
    'list-stack-resources',
    '--stack-name',
    stackId,
  );
  return answer.StackResourceSummaries;
}

interface Template {
  Resources?: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
}

/** How the number was last asked for, and which type created the application. */
export interface DeployedOptions {
  areaCode?: string;
  number?: string;
  keepNumber: boolean;
  /** `Custom::…`: CloudFormation had no type of its own. Changing the type would change the application's id. */
  ownApplicationType: boolean;
}

export async function deployedOptions(aws: Aws, stackId: string): Promise<DeployedOptions> {
  const { TemplateBody } = await aws.call<{ TemplateBody: Template | string }>(
    'cloudformation',
    'get-template',
    '--stack-name',
    stackId,
  );
  const template = typeof TemplateBody === 'string' ? (JSON.parse(TemplateBody) as Template) : TemplateBody;
  const resources = Object.values(template.Resources ?? {});
  const number = resources.find(({ Type }) => Type === 'Custom::ChimePhoneNumber')?.Properties ?? {};
  return {
    ...(number.AreaCode === undefined ? {} : { areaCode: String(number.AreaCode) }),
    ...(number.Number === undefined ? {} : { number: String(number.Number) }),
    keepNumber: String(number.ReleaseOnDelete ?? 'true') === 'false',
    ownApplicationType: resources.some(({ Type }) => Type === 'Custom::ChimeSipMediaApplication'),
  };
}
