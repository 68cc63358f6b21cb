/** The quick way to a stack: a start applies its assembly's templates without a deployment. */
import { type CloudFormation, CloudFormationError, type StackRecord } from '#cloudformation';
import type { FileAsset, SynthesisedStack } from '#template';
import { TemplateError } from '#template';

/** Type prefix of parameters whose value comes from the parameter store. */
const SSM_VALUE = 'AWS::SSM::Parameter::Value<';

/**
 * The template without the check of the bootstrap's version, which is irrelevant here: nothing is uploaded.
 */
function withoutBootstrap({ template }: SynthesisedStack): SynthesisedStack['template'] {
  const { Rules: _rules, ...rest } = template;
  const parameters = Object.entries(template.Parameters ?? {}).map(([name, parameter]) => {
    const isBootstrap =
      parameter.Type?.startsWith(SSM_VALUE) && String(parameter.Default).startsWith('/cdk-bootstrap/');
    return [name, isBootstrap ? { ...parameter, Type: 'String' } : parameter] as const;
  });
  return { ...rest, ...(parameters.length > 0 ? { Parameters: Object.fromEntries(parameters) } : {}) };
}

/** Why the stack could not be created or updated: the first resource that failed. */
function reasonOf(stacks: CloudFormation, stack: StackRecord): string {
  const events = stacks.context.store.events(stack.stackId);
  const last = events.findLastIndex(
    ({ logicalId, status }) => logicalId === stack.stackName && status.endsWith('IN_PROGRESS'),
  );
  const failed = events
    .slice(Math.max(0, last))
    .find(({ logicalId, status }) => status.endsWith('_FAILED') && logicalId !== stack.stackName);
  if (!failed) return `${stack.stackName}: ${stack.statusReason ?? stack.status}`;
  const who = `${failed.logicalId} (${failed.type})`;
  const reason = failed.reason ?? failed.status;
  return reason.startsWith(who) ? reason : `${who} could not be made: ${reason}`;
}

/** Matches CloudFormation's message about values missing from the parameter store. */
const NOT_STORED = /^Unable to fetch parameters \[/;

/** Turns CloudFormation's refusal into a TemplateError of one sentence, since the template is at fault. */
const refused =
  ({ stackName }: SynthesisedStack) =>
  (error: unknown): never => {
    if (!(error instanceof CloudFormationError)) throw error;
    const cure = NOT_STORED.test(error.message) ? ' Give each with --parameter /NAME=VALUE.' : '';
    throw new TemplateError(`${stackName}: ${error.message}${cure}`);
  };

/**
 * Creates everything that the templates name, and deletes what the last start had and they no longer name.
 * @throws TemplateError that names the resource
 */
export async function convergeStacks(
  stacks: CloudFormation,
  synthesised: readonly SynthesisedStack[],
  assets: Map<string, FileAsset>,
): Promise<void> {
  for (const one of synthesised) for (const [key, asset] of one.assets) assets.set(key, asset);
  await stacks.resume(new Set(synthesised.map(({ stackName }) => stackName)));
  const { shortfalls, log } = stacks.context;
  for (const { notices = [] } of synthesised) for (const notice of notices) log.warn(notice);
  shortfalls.hold();
  try {
    await convergeEach(stacks, synthesised);
  } finally {
    shortfalls.release((line) => log.warn(line));
  }
}

async function convergeEach(stacks: CloudFormation, synthesised: readonly SynthesisedStack[]): Promise<void> {
  for (const one of synthesised) {
    const templateBody = JSON.stringify(withoutBootstrap(one));
    const parameters = Object.entries(one.parameters ?? {}).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    }));
    const stack = await stacks.converge(one.stackName, { templateBody, parameters }).catch(refused(one));
    if (!stack.status.endsWith('_COMPLETE')) throw new TemplateError(reasonOf(stacks, stack));
  }
}
