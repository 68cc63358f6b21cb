/** What `./deploy.sh --check` finds out before anything is created. Every deployment begins with this check. */
import { inWords, type NumberRequest } from '../handlers/chime-resources/number-request.ts';
import { type Bootstrap, findBootstrap } from './bootstrap.ts';
import { isReleased, listNumbers, type NumberPlan, numberIn, ownerOf, planNumber } from './numbers.ts';
import type { Options } from './options.ts';
import { checkPermissions } from './permissions.ts';
import { type Aws, AwsFailure } from './programs.ts';
import { otherRegions } from './region.ts';
import { type DeployedOptions, deployedOptions, findStack, resourcesOf, type Stack } from './stack.ts';
import { UserError } from './user-error.ts';

export interface CheckLine {
  ok: boolean | undefined;
  text: string;
}

export interface AccountCheck {
  account: string;
  lines: CheckLine[];
  stack?: Stack;
  deployed?: DeployedOptions;
  /** The options of this run, completed by those of the deployed stack. */
  wanted: NumberRequest;
  keepNumber: boolean;
  plan: NumberPlan;
  bootstrap: Bootstrap;
  /** CloudFormation has no type for SIP media applications here, so the custom resource creates the application. */
  ownApplicationType: boolean;
  /** Problems as sentences; if there is any, nothing can be deployed. */
  problems: string[];
}

/** Phone numbers that an account may have unless more were granted. AWS general reference, Amazon Chime SDK quotas. */
const DEFAULT_NUMBER_QUOTA = 5;
/** Prices in US dollars, per month and per minute, as of October 2026: aws.amazon.com/chime/chime-sdk/pricing. */
const COST =
  'about 1 USD a month for a local number, 0.002 USD a minute of incoming call and 0.0017 USD a minute of each ' +
  'attendee; functions, tables, page and logs cost by use, next to nothing without calls';

/** What to do about credentials that do not work; shown after AWS's own message. */
const SIGN_IN =
  'Without that nothing can be asked. Sign in ("aws sso login" or "aws configure"), or name other credentials with AWS_PROFILE.';

/** Finds the account. This comes first: without credentials nothing else can be asked. */
export async function findAccount(aws: Aws): Promise<{ account: string; arn: string }> {
  try {
    const { Account, Arn } = await aws.call<{ Account: string; Arn: string }>('sts', 'get-caller-identity');
    return { account: Account, arn: Arn };
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    throw new UserError(`${error.message}\n${SIGN_IN}`);
  }
}

/**
 * Asks everything that can be asked. What cannot be asked is reported with AWS's own message, and is not in
 * itself a problem.
 */
export async function check(aws: Aws, options: Options): Promise<AccountCheck> {
  const { account, arn } = await findAccount(aws);
  const lines: CheckLine[] = [{ ok: true, text: `credentials: account ${account}, ${arn}` }];
  lines.push({ ok: true, text: `Region: ${aws.region}` });
  const problems: string[] = [];
  const stack = await findStack(aws, options.name);
  const deployed = stack && isThere(stack) ? await deployedOptions(aws, stack.id) : undefined;
  problems.push(...(stack ? statusProblems(stack) : []));
  lines.push({
    ok: true,
    text: stack ? `stack ${stack.name}: ${stack.status}` : `stack ${options.name}: not there yet`,
  });
  if (!stack) await warnOfOtherRegions(aws, options.name, lines);

  const hasType = await hasApplicationType(aws, lines);
  const wanted = wishOf(options, deployed);
  const plan = await checkNumbers(aws, { options, stack, deployed, wanted, lines, problems });
  const bootstrap = await findBootstrap(aws, options.qualifier);
  lines.push(
    bootstrap.version === undefined
      ? {
          ok: undefined,
          text: `CDK bootstrap: none with qualifier ${bootstrap.qualifier}; the deployment asks before it makes one`,
        }
      : { ok: true, text: `CDK bootstrap: qualifier ${bootstrap.qualifier}, version ${bootstrap.version}` },
  );
  lines.push(await checkPermissions(aws, arn));
  lines.push({ ok: undefined, text: `cost: ${COST}` });
  lines.push({ ok: plan.problem === undefined, text: `number: ${plan.sentence}` });
  if (plan.problem !== undefined) problems.push(plan.problem);
  return {
    account,
    lines,
    ...(stack ? { stack } : {}),
    ...(deployed ? { deployed } : {}),
    wanted,
    keepNumber: options.keepNumber ?? deployed?.keepNumber ?? false,
    plan,
    bootstrap,
    ownApplicationType: deployed?.ownApplicationType ?? !hasType,
    problems,
  };
}

/**
 * Whether the stack has resources, so that its template counts. A change set under review and the rest of a
 * failed creation do not.
 */
function isThere(stack: Stack): boolean {
  return !['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'DELETE_COMPLETE'].includes(stack.status);
}

function statusProblems({ name, status, reason }: Stack): string[] {
  if (status === 'REVIEW_IN_PROGRESS' || status.endsWith('UPDATE_COMPLETE') || status === 'CREATE_COMPLETE')
    return [];
  if (status === 'UPDATE_ROLLBACK_COMPLETE' || status === 'IMPORT_COMPLETE') return [];
  const why = reason === '' ? '' : ` (${reason})`;
  if (status.endsWith('_IN_PROGRESS'))
    return [
      `${name} is ${status}${why}: CloudFormation is at work; wait until it is done, ./status.sh tells.`,
    ];
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return [
      `${name} is ${status}${why}: run "aws cloudformation continue-update-rollback --stack-name ${name}" first.`,
    ];
  if (status === 'ROLLBACK_COMPLETE')
    return [
      `${name} is ${status}${why}: its creation failed and nothing of it is left; run ./destroy.sh, then this again.`,
    ];
  return [`${name} is ${status}${why}: run ./destroy.sh, then this again.`];
}

async function warnOfOtherRegions(aws: Aws, name: string, lines: CheckLine[]): Promise<void> {
  for (const region of otherRegions(aws.region)) {
    const there = await findStack(aws.in(region), name).catch(() => undefined);
    if (there)
      lines.push({
        ok: undefined,
        text: `a stack ${name} is in ${region}: this makes another one, in ${aws.region}`,
      });
  }
}

async function hasApplicationType(aws: Aws, lines: CheckLine[]): Promise<boolean> {
  const type = 'AWS::Chime::SipMediaApplication';
  try {
    await aws.call('cloudformation', 'describe-type', '--type', 'RESOURCE', '--type-name', type);
    lines.push({ ok: true, text: `${type}: registered in ${aws.region}` });
    return true;
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    const missing = error.is('TypeNotFoundException') || error.is('CFNRegistryException');
    const text = missing
      ? `${type}: not registered in ${aws.region}; the stack’s own custom resource makes the application`
      : `${type}: not known (${error.said}); the stack’s own custom resource makes the application`;
    lines.push({ ok: missing ? true : undefined, text });
    return false;
  }
}

function wishOf(options: Options, deployed: DeployedOptions | undefined): NumberRequest {
  // A given area code replaces a number that was used before, and vice versa.
  const number = options.number ?? (options.areaCode === undefined ? deployed?.number : undefined);
  const areaCode = options.areaCode ?? (options.number === undefined ? deployed?.areaCode : undefined);
  return {
    country: 'US',
    type: 'Local',
    ...(areaCode === undefined || number !== undefined ? {} : { areaCode }),
    ...(number === undefined ? {} : { number }),
  };
}

interface NumberQuestion {
  options: Options;
  stack: Stack | undefined;
  deployed: DeployedOptions | undefined;
  wanted: NumberRequest;
  lines: CheckLine[];
  problems: string[];
}

async function checkNumbers(aws: Aws, question: NumberQuestion): Promise<NumberPlan> {
  const { options, stack, deployed, wanted, lines, problems } = question;
  const numbers = await listNumbers(aws);
  const held = numbers.filter((number) => !isReleased(number));
  lines.push({
    ok: true,
    text: `Chime SDK Voice: ${held.length} numbers in the account (quota ${DEFAULT_NUMBER_QUOTA} unless raised)`,
  });
  const resources = stack && deployed ? await resourcesOf(aws, stack.id) : [];
  const resource = resources.find(({ ResourceType }) => ResourceType === 'Custom::ChimePhoneNumber');
  const current = numberIn(resource?.PhysicalResourceId);
  const ours = numbers.filter((number) => {
    const owner = ownerOf(number);
    return owner?.stack === options.name && owner.region === aws.region;
  });
  const kept = ours.find((number) => ownerOf(number)?.kept && !isReleased(number))?.E164PhoneNumber;
  const released = ours.find(isReleased)?.E164PhoneNumber;
  const plan = planNumber(current, wanted, options.replaceNumber, {
    ...(kept === undefined ? {} : { kept }),
    ...(released === undefined ? {} : { released }),
  });
  if (options.replaceNumber !== undefined && options.replaceNumber !== current) {
    problems.push(
      `--replace-number ${options.replaceNumber} is not the number of ${options.name}, which is ${current ?? 'none yet'}.`,
    );
  }
  if (wanted.number !== undefined && !held.some(({ E164PhoneNumber }) => E164PhoneNumber === wanted.number)) {
    problems.push(`${wanted.number} is not in the inventory of this account in ${aws.region}.`);
  }
  if (plan.sentence.startsWith('buys') || (plan.replaces !== undefined && wanted.number === undefined)) {
    await checkStock(aws, wanted, held.length, lines, problems);
  }
  return plan;
}

async function checkStock(
  aws: Aws,
  wanted: NumberRequest,
  held: number,
  lines: CheckLine[],
  problems: string[],
): Promise<void> {
  const where = wanted.areaCode === undefined ? [] : ['--area-code', wanted.areaCode];
  const { E164PhoneNumbers = [] } = await aws.call<{ E164PhoneNumbers?: string[] }>(
    'chime-sdk-voice',
    'search-available-phone-numbers',
    '--country',
    'US',
    '--phone-number-type',
    'Local',
    '--max-results',
    '5',
    ...where,
  );
  const some = E164PhoneNumbers.length > 0;
  lines.push({
    ok: some,
    text: `stock: ${some ? `${E164PhoneNumbers[0]} and others are` : 'nothing is'} for sale`,
  });
  if (!some)
    problems.push(`There is no ${inWords(wanted).replace(/^a /, '')} for sale: choose another --area-code.`);
  if (held >= DEFAULT_NUMBER_QUOTA) {
    const text = `the account has ${held} numbers; its quota may be used up: Service Quotas, Amazon Chime SDK`;
    lines.push({ ok: undefined, text });
  }
}
