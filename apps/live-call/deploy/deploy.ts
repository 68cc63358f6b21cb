/** `./deploy.sh`: checks, says what it will do, deploys, and says what to do next. */
import path from 'node:path';
import { DEFAULT_QUALIFIER } from './bootstrap.ts';
import { type AccountCheck, check } from './check.ts';
import type { Options } from './options.ts';
import { Aws, AwsFailure, type Run, runBin } from './programs.ts';
import { chooseRegion } from './region.ts';
import { findStack } from './stack.ts';
import { confirm, type Terminal, type World } from './terminal.ts';
import { UserError } from './user-error.ts';

const APP = path.resolve(import.meta.dirname, '..');

export async function deploy(options: Options, { io, run, env }: World): Promise<void> {
  const aws = new Aws(await chooseRegion(options.region, run, env), run);
  const findings = await check(aws, options);
  for (const { ok, text } of findings.lines)
    io.say(`${ok === undefined ? '  ? ' : ok ? '  ok ' : '  no '}${text}`);
  if (findings.problems.length > 0) throw new UserError(findings.problems.join('\n'));
  if (options.check) return io.say('Nothing was made. Without --check this would be deployed.');
  if (findings.plan.replaces !== undefined) await confirmReplacement(findings, options, io);
  await confirm(io, options.yes, `Deploy ${options.name} to account ${findings.account}, ${aws.region}?`);
  await bootstrap(aws, findings, options, io);
  await allowSpeech(aws, io);
  await build(run);
  await cdk(aws, findings, [
    'deploy',
    options.name,
    '--require-approval',
    options.yes ? 'never' : 'broadening',
    ...context(findings, options),
    ...parameters(options),
  ]);
  await sayOutputs(aws, options, io);
}

/**
 * Confirms that a number is given up that people may know: a `y` is not enough. With --yes the option has
 * named the number.
 */
async function confirmReplacement({ plan }: AccountCheck, options: Options, io: Terminal): Promise<void> {
  if (options.yes) return;
  const typed = await io.ask(
    `${plan.replaces} goes, and callers who know it do not reach you. Type it to go on: `,
  );
  if (typed !== plan.replaces) throw new UserError(`${plan.replaces} stays. Nothing was done.`);
}

async function bootstrap(aws: Aws, findings: AccountCheck, options: Options, io: Terminal): Promise<void> {
  if (findings.bootstrap.version !== undefined) return;
  const { qualifier } = findings.bootstrap;
  const where = `aws://${findings.account}/${aws.region}`;
  await confirm(
    io,
    options.yes,
    `The CDK needs a bucket and roles in ${where} (qualifier ${qualifier}), once for all its applications. Make them?`,
  );
  const toolkit = options.toolkit === undefined ? [] : ['--toolkit-stack-name', options.toolkit];
  // Run outside the app's folder: otherwise the CDK would synthesise the app first, for nothing.
  await cdk(aws, findings, ['bootstrap', where, '--qualifier', qualifier, ...toolkit], import.meta.dirname);
}

/**
 * Creates the role in whose name the service speaks with Amazon Polly. Administration guide, "Using
 * service-linked roles".
 */
async function allowSpeech(aws: Aws, io: Terminal): Promise<void> {
  const service = 'voiceconnector.chime.amazonaws.com';
  try {
    await aws.call('iam', 'create-service-linked-role', '--aws-service-name', service);
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    if (!error.is('has been taken'))
      io.say(`Speak will not work until the service-linked role of ${service} is made: ${error.said}`);
  }
}

async function build(run: Run): Promise<void> {
  const ran = await runBin(run, 'vite', ['build', 'console'], { cwd: APP, shown: true });
  if (ran.code !== 0) throw new UserError('The page could not be built; see above.');
}

function context(findings: AccountCheck, options: Options): string[] {
  const { wanted, plan, bootstrap: found } = findings;
  const values: Record<string, string> = {
    stackName: options.name,
    areaCode: wanted.areaCode ?? '',
    number: wanted.number ?? '',
    replaceNumber: plan.replaces ?? '',
    keepNumber: String(findings.keepNumber),
    ownApplicationType: String(findings.ownApplicationType),
    ...(found.qualifier === DEFAULT_QUALIFIER ? {} : { '@aws-cdk/core:bootstrapQualifier': found.qualifier }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['--context', `${name}=${value}`]);
}

/** Parameters that are not named stay as they are deployed: CloudFormation keeps them. */
function parameters({ name, alarmEmail, monthlyBudget, pinDigits }: Options): string[] {
  const values = { AlarmEmail: alarmEmail, MonthlyBudget: monthlyBudget, PinDigits: pinDigits };
  return Object.entries(values).flatMap(([parameter, value]) =>
    value === undefined ? [] : ['--parameters', `${name}:${parameter}=${value}`],
  );
}

async function cdk(aws: Aws, findings: AccountCheck, args: string[], cwd = APP): Promise<void> {
  const env = {
    ...process.env,
    AWS_REGION: aws.region,
    AWS_DEFAULT_REGION: aws.region,
    CDK_DEFAULT_REGION: aws.region,
    CDK_DEFAULT_ACCOUNT: findings.account,
    CDK_DISABLE_CLI_TELEMETRY: '1',
    CDK_NAG: '1',
  };
  const ran = await runBin(aws.run, 'cdk', [...args, '--no-notices'], { cwd, env, shown: true });
  if (ran.code !== 0)
    throw new UserError(`cdk ${args[0]} failed; its reason is above. ./status.sh shows what is there.`);
}

async function sayOutputs(aws: Aws, options: Options, io: Terminal): Promise<void> {
  const stack = await findStack(aws, options.name);
  if (!stack) throw new UserError(`${options.name} is not there, although cdk deploy said nothing of it.`);
  const { outputs } = stack;
  io.say('\nDeployed.');
  io.say(`  Number to dial   ${outputs.PhoneNumber ?? '(none)'}`);
  io.say(`  Operators' page  ${outputs.ConsoleUrl ?? '(none)'}`);
  io.say(`  API              ${outputs.ApiUrl ?? '(none)'}`);
  const pool = outputs.UserPoolId ?? '';
  if (options.operator !== undefined) await createOperator(aws, pool, options.operator, io);
  else
    io.say(
      '\nNext: make an operator, who gets a temporary password by mail:\n  ./deploy.sh --operator you@example.com',
    );
}

async function createOperator(aws: Aws, pool: string, mail: string, io: Terminal): Promise<void> {
  try {
    const attributes = [`Name=email,Value=${mail}`, 'Name=email_verified,Value=true'];
    const user = ['--user-pool-id', pool, '--username', mail, '--user-attributes', ...attributes];
    await aws.call('cognito-idp', 'admin-create-user', ...user);
    io.say(`\n${mail} is an operator now: a temporary password is on its way by mail.`);
  } catch (error) {
    if (!(error instanceof AwsFailure) || !error.is('UsernameExistsException')) throw error;
    io.say(`\n${mail} was an operator already.`);
  }
}
