/** The options of the three commands. */
import { parseArgs } from 'node:util';
import { E164 } from '../handlers/chime-resources/number-request.ts';
import { UserError } from './user-error.ts';

export type Command = 'deploy' | 'destroy' | 'status';

export interface Options {
  name: string;
  region?: string;
  yes: boolean;
  help: boolean;
  check: boolean;
  operator?: string;
  areaCode?: string;
  number?: string;
  replaceNumber?: string;
  /** Undefined: unchanged from the deployed stack. */
  keepNumber?: boolean;
  alarmEmail?: string;
  /** USD. */
  monthlyBudget?: string;
  pinDigits?: string;
  qualifier?: string;
  toolkit?: string;
}

export const HELP: Readonly<Record<Command, string>> = {
  deploy: `./deploy.sh [options]       deploys live-call to the AWS account of the current credentials
  --check                  say what is there, what is missing and what this run would change; make nothing
  --region REGION          us-east-1 or us-west-2; default: AWS_REGION, AWS_DEFAULT_REGION, the profile's, us-east-1
  --name NAME              name of the stack, for several of them; default: LiveCall
  --operator MAIL          make this person an operator; a temporary password comes by mail
  --alarm-email MAIL       tell this person when something fails or costs too much
  --monthly-budget USD     what the account may cost a month before that person is told; default: 50
  --pin-digits N           digits of the PINs of new meetings, 8 to 16; default: 8
  --area-code NNN          buy a number with this area code; any fits when left out
  --number +1NNNNNNNNNN    use this number of the account, and never release it
  --replace-number +1N…    the number that may go when it does not fit the options any more
  --keep-number            keep the number when the stack is destroyed; --release-number: do not
  --qualifier Q            of the CDK bootstrap; default: the one that is there
  --toolkit-stack-name N   name of the CDK bootstrap stack, when this makes it; default: CDKToolkit
  --yes                    ask nothing
A run without an option keeps what is deployed.
`,
  destroy: `./destroy.sh [options]      takes away what ./deploy.sh made
  --region REGION, --name NAME, --yes: as for ./deploy.sh
`,
  status: `./status.sh [options]       the stack, the numbers of the account, and whose they are
  --region REGION, --name NAME: as for ./deploy.sh
`,
};

/** A stack's name, short enough for the names derived from it. CloudFormation and Cognito allow these characters. */
const NAME = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const ALL = {
  name: text,
  region: text,
  yes: flag,
  help: { ...flag, short: 'h' },
} as const;
const DEPLOY = {
  ...ALL,
  check: flag,
  operator: text,
  'alarm-email': text,
  'monthly-budget': text,
  'pin-digits': text,
  'area-code': text,
  number: text,
  'replace-number': text,
  'keep-number': flag,
  'release-number': flag,
  qualifier: text,
  'toolkit-stack-name': text,
} as const;

function read(command: Command, args: string[]) {
  try {
    return parseArgs({ args, options: command === 'deploy' ? DEPLOY : ALL, strict: true }).values as Record<
      string,
      string | boolean | undefined
    >;
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('.')[0]}; try --help.`);
  }
}

/** Throws `UserError` with the values that the option takes. */
export function readOptions(command: Command, args: string[]): Options {
  const given = read(command, args);
  const value = (name: string): string | undefined => given[name] as string | undefined;
  const must = (name: string, pattern: RegExp, takes: string): void => {
    const found = value(name);
    if (found !== undefined && !pattern.test(found))
      throw new UserError(`--${name} takes ${takes}, not "${found}".`);
  };
  must('name', NAME, 'letters, digits and hyphens, a letter first, at most 40');
  must('area-code', /^\d{3}$/, 'three digits, for example 206');
  must('number', E164, 'a number in E.164, for example +12065550100');
  must('replace-number', E164, 'the number that goes, in E.164');
  must('operator', /^[^@\s]+@[^@\s]+$/, 'a mail address');
  must('alarm-email', /^[^@\s]+@[^@\s]+$/, 'a mail address');
  must('monthly-budget', /^[1-9]\d{0,6}$/, 'whole dollars');
  must('pin-digits', /^(8|9|1[0-6])$/, '8 to 16');
  must('qualifier', /^[A-Za-z0-9_-]{1,10}$/, 'at most ten letters and digits');
  if (given['keep-number'] && given['release-number'])
    throw new UserError('--keep-number and --release-number say the opposite: give one of them.');
  const keeps = given['keep-number'] ? true : given['release-number'] ? false : undefined;
  return {
    name: value('name') ?? 'LiveCall',
    yes: given.yes === true,
    help: given.help === true,
    check: given.check === true,
    ...(keeps === undefined ? {} : { keepNumber: keeps }),
    ...present('region', value('region')),
    ...present('operator', value('operator')),
    ...present('alarmEmail', value('alarm-email')),
    ...present('monthlyBudget', value('monthly-budget')),
    ...present('pinDigits', value('pin-digits')),
    ...present('areaCode', value('area-code')),
    ...present('number', value('number')),
    ...present('replaceNumber', value('replace-number')),
    ...present('qualifier', value('qualifier')),
    ...present('toolkit', value('toolkit-stack-name')),
  };
}

function present<Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [key in Name]?: string };
}
