/** `./destroy.sh`: says what will be deleted, deletes it, and says what is kept and what still costs money. */
import { findAccount } from './check.ts';
import { isReleased, listNumbers, numberIn, ownerOf } from './numbers.ts';
import type { Options } from './options.ts';
import { Aws, AwsFailure } from './programs.ts';
import { chooseRegion, otherRegions } from './region.ts';
import { deployedOptions, findStack, resourcesOf, type Stack, type StackResource } from './stack.ts';
import { confirm, type Terminal, type World } from './terminal.ts';
import { UserError } from './user-error.ts';

/** Milliseconds between two queries of a stack that is being deleted. */
const LOOK_MS = 5_000;

export async function destroy(options: Options, { io, run, env, sleep }: World): Promise<void> {
  const aws = new Aws(await chooseRegion(options.region, run, env), run);
  const { account } = await findAccount(aws);
  const stack = await findStack(aws, options.name);
  if (!stack) throw new UserError(await whereItIs(aws, options.name, account));
  // Asked before the deletion: afterwards CloudFormation no longer lists the resources.
  const resources = await resourcesOf(aws, stack.id);
  const number = numberIn(ofType(resources, 'Custom::ChimePhoneNumber')[0]?.PhysicalResourceId);
  const keeps = await keepsNumber(aws, stack);
  io.say(
    `${stack.name} in account ${account}, ${aws.region}: ${stack.status}, ${resources.length} resources.`,
  );
  io.say('Meetings, calls, prompts and operators of it go, and cannot be had back.');
  if (number !== undefined) {
    io.say(
      keeps
        ? `${number} stays in the account, and goes on costing.`
        : `${number} is released; for seven days it can be had back.`,
    );
  }
  await confirm(io, options.yes, `Take ${stack.name} away?`);
  await aws.call('cloudformation', 'delete-stack', '--stack-name', stack.id);
  io.say('Deleting …');
  await untilGone(aws, stack, sleep);
  await deleteLogs(aws, resources, io);
  await sayWhatIsLeft(aws, options.name, io);
}

async function whereItIs(aws: Aws, name: string, account: string): Promise<string> {
  for (const region of otherRegions(aws.region)) {
    if (await findStack(aws.in(region), name)) {
      return `${name} is in ${region}, not in ${aws.region}. Nothing was done. To take it away: ./destroy.sh --region ${region}`;
    }
  }
  const regions = [aws.region, ...otherRegions(aws.region)].join(' or ');
  return `There is no stack ${name} in ${regions} of account ${account}. Nothing was done; ./status.sh lists the numbers.`;
}

async function keepsNumber(aws: Aws, stack: Stack): Promise<boolean> {
  // The change set was never executed: there is no template yet, and no number.
  if (stack.status === 'REVIEW_IN_PROGRESS') return false;
  const { keepNumber, number } = await deployedOptions(aws, stack.id);
  return keepNumber || number !== undefined;
}

function ofType(resources: StackResource[], type: string): StackResource[] {
  return resources.filter(({ ResourceType }) => ResourceType === type);
}

/** Waits for the deletion. Only DELETE_COMPLETE counts; any other final status is reported with the reasons. */
async function untilGone(aws: Aws, stack: Stack, sleep: World['sleep']): Promise<void> {
  for (;;) {
    const now = await findStack(aws, stack.id);
    if (!now || now.status === 'DELETE_COMPLETE') return;
    if (now.status !== 'DELETE_IN_PROGRESS') {
      const left = (await resourcesOf(aws, stack.id)).filter(({ ResourceStatus }) =>
        ResourceStatus.endsWith('FAILED'),
      );
      const reasons = left.map(
        ({ LogicalResourceId, ResourceStatusReason }) =>
          `  ${LogicalResourceId}: ${ResourceStatusReason ?? '(no reason)'}`,
      );
      throw new UserError(
        [`${stack.name} is ${now.status}: ${now.reason}`, ...reasons, 'Run ./destroy.sh again.'].join('\n'),
      );
    }
    await sleep(LOOK_MS);
  }
}

/** Log groups that services create by themselves: Lambda for its functions, Chime for its applications. */
const GROUPS = { functions: '/aws/lambda/', applications: '/aws/ChimeSipMediaApplicationSipMessages/' };

/** Deletes the log groups that services have created for this stack's functions and applications, and no others. */
async function deleteLogs(aws: Aws, resources: StackResource[], io: Terminal): Promise<void> {
  const own = new Set([
    ...ofType(resources, 'AWS::Lambda::Function').map(
      (one) => `${GROUPS.functions}${one.PhysicalResourceId}`,
    ),
    ...['AWS::Chime::SipMediaApplication', 'Custom::ChimeSipMediaApplication']
      .flatMap((type) => ofType(resources, type))
      .map((one) => `${GROUPS.applications}${one.PhysicalResourceId}`),
  ]);
  for (const prefix of Object.values(GROUPS)) {
    for (const group of await groupsNamed(aws, prefix, io)) {
      if (own.has(group)) await deleteGroup(aws, group, io);
    }
  }
}

/** Names of the log groups with that prefix; none where they may not be listed. */
async function groupsNamed(aws: Aws, prefix: string, io: Terminal): Promise<string[]> {
  try {
    const { logGroups = [] } = await aws.call<{ logGroups?: { logGroupName: string }[] }>(
      'logs',
      'describe-log-groups',
      '--log-group-name-prefix',
      prefix,
    );
    return logGroups.map(({ logGroupName }) => logGroupName);
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    io.say(`Log groups ${prefix}… that belong to it may stay: ${error.said}`);
    return [];
  }
}

async function deleteGroup(aws: Aws, group: string, io: Terminal): Promise<void> {
  try {
    await aws.call('logs', 'delete-log-group', '--log-group-name', group);
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    if (!error.is('ResourceNotFoundException')) io.say(`The log group ${group} stays: ${error.said}`);
  }
}

async function sayWhatIsLeft(aws: Aws, name: string, io: Terminal): Promise<void> {
  io.say(`Gone: ${name}.`);
  io.say('What stays:');
  for (const number of await listNumbers(aws)) {
    const owner = ownerOf(number);
    if (owner?.stack !== name || owner.region !== aws.region) continue;
    io.say(
      isReleased(number)
        ? `  ${number.E164PhoneNumber}, released: ./deploy.sh takes it back until ${String(number.DeletionTimestamp ?? 'seven days from now')}`
        : `  ${number.E164PhoneNumber}, kept: it goes on costing until "aws chime-sdk-voice delete-phone-number --region ${aws.region} --phone-number-id ${number.E164PhoneNumber}"`,
    );
  }
  io.say('  the tables’ last backups, which DynamoDB keeps for 35 days and does not charge');
  io.say('  the CDK’s bootstrap stack with its bucket: other applications may use it');
  io.say('  the service-linked role AWSServiceRoleForAmazonChimeVoiceConnector: it costs nothing');
}
