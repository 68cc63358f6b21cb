import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The file to which a start writes the endpoints by default, relative to the working directory. */
const ENDPOINTS_FILE = path.join('.local', 'endpoints.json');

/**
 * Shell commands, for `eval`, that point the AWS CLI and SDKs at the running stack.
 * @param file the stack's endpoints file; by default the usual one of `directory`
 * @throws Error if no stack runs there
 */
export function awsEnvironment(directory: string, file = path.join(directory, ENDPOINTS_FILE)): string {
  let text: string;
  try {
    text = readFileSync(path.resolve(directory, file), 'utf8');
  } catch {
    throw new Error(`No stack runs here (${file} is missing): start one, then try again.`);
  }
  const { awsEndpoint, awsRegion, awsAccessKeyId, awsSecretAccessKey } = JSON.parse(text);
  return [
    `export AWS_ENDPOINT_URL=${awsEndpoint}`,
    `export AWS_REGION=${awsRegion} AWS_DEFAULT_REGION=${awsRegion}`,
    `export AWS_ACCESS_KEY_ID=${awsAccessKeyId} AWS_SECRET_ACCESS_KEY=${awsSecretAccessKey}`,
    '',
  ].join('\n');
}

/** Milliseconds for `aws --version`. Our choice. */
const VERSION_MS = 10_000;
/** First versions of the AWS CLI that honour AWS_ENDPOINT_URL. AWS SDKs and Tools guide, "Service-specific endpoints". */
const HONOURS_ENDPOINT: Readonly<Record<string, number>> = { 1: 29, 2: 13 };

/**
 * Version 1 sets its own endpoint for SQS and ignores the environment's: see
 * customizations/overridesslcommonname.py.
 */
const sqsOfVersion1 = (version: string): string =>
  `The AWS CLI here is ${version}, whose "aws sqs" does not follow AWS_ENDPOINT_URL and would go to the real AWS: write aws --endpoint-url "$AWS_ENDPOINT_URL" sqs …, or install version 2.`;

/**
 * A warning about the CLI that printed `said` for `aws --version`; undefined if it honours AWS_ENDPOINT_URL.
 */
export function oldCommandLine(said: string): string | undefined {
  const [, version = '', major = '', minor] = /aws-cli\/((\d+)\.(\d+)[\d.]*)/.exec(said) ?? [];
  const first = HONOURS_ENDPOINT[major];
  if (first === undefined) return undefined;
  if (Number(minor) >= first) return major === '1' ? sqsOfVersion1(version) : undefined;
  return `The AWS CLI here is ${version}, which does not know AWS_ENDPOINT_URL and would go to the real AWS: give each command --endpoint-url "$AWS_ENDPOINT_URL", or install ${major}.${first} or newer.`;
}

/**
 * The endpoints file that the arguments name, alone or after `--endpoints`; undefined if there are none.
 * @throws Error if they mean something else
 */
export function endpointsFileOf(args: readonly string[]): string | undefined {
  const named = args[0] === '--endpoints' ? args.slice(1) : args;
  const file = named[0]?.replace(/^--endpoints=/, '');
  if (args.length === 0) return undefined;
  if (file && named.length === 1 && !file.startsWith('-')) return file;
  throw new Error(
    `aws-env takes no more than the endpoints file of a stack (aws-env --endpoints FILE), not ${args.join(' ')}.`,
  );
}

/** Prints the commands; on failure it prints the reason on standard error and sets the exit status to 1. */
export function printAwsEnvironment(directory: string, args: readonly string[]): void {
  try {
    process.stdout.write(awsEnvironment(directory, endpointsFileOf(args)));
    const { stdout, stderr } = spawnSync('aws', ['--version'], { encoding: 'utf8', timeout: VERSION_MS });
    const warning = oldCommandLine(`${stdout ?? ''}${stderr ?? ''}`);
    // The shell evaluates standard output, so warnings must not go there.
    if (warning) process.stderr.write(`${warning}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
