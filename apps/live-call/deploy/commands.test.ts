import { describe, expect, it } from 'vitest';
import { pretendAws, type Script } from './testing/pretend-aws.ts';

const NOT_THERE = { fails: 'An error occurred (ValidationError): Stack with id LiveCall does not exist' };
const NO_TYPE = {
  fails:
    'An error occurred (TypeNotFoundException): The type AWS::Chime::SipMediaApplication cannot be found.',
};
const NO_PARAMETER = {
  fails: 'An error occurred (ParameterNotFound) when calling the GetParameter operation:',
};
const STACK_ID = 'arn:aws:cloudformation:us-east-1:111122223333:stack/LiveCall/1';

const stackOf = (StackStatus: string, StackStatusReason?: string) => ({
  Stacks: [
    {
      StackId: STACK_ID,
      StackName: 'LiveCall',
      StackStatus,
      StackStatusReason,
      Outputs: [
        { OutputKey: 'PhoneNumber', OutputValue: '+12065550100' },
        { OutputKey: 'UserPoolId', OutputValue: 'us-east-1_pool' },
      ],
    },
  ],
});
const template = (properties: object) => ({
  TemplateBody: { Resources: { Number: { Type: 'Custom::ChimePhoneNumber', Properties: properties } } },
});
const resource = (ResourceType: string, PhysicalResourceId: string, more = {}) => ({
  LogicalResourceId: PhysicalResourceId,
  ResourceType,
  PhysicalResourceId,
  ResourceStatus: 'CREATE_COMPLETE',
  ...more,
});

/** An account that contains nothing but a CDK bootstrap. */
const EMPTY: Script = {
  'configure get': { text: '' },
  'sts get-caller-identity': {
    Account: '111122223333',
    Arn: 'arn:aws:sts::111122223333:assumed-role/Deployer/me',
  },
  'cloudformation describe-stacks': NOT_THERE,
  'cloudformation describe-type': {},
  'us-west-2 cloudformation describe-type': NO_TYPE,
  'chime-sdk-voice list-phone-numbers': { PhoneNumbers: [] },
  'chime-sdk-voice search-available-phone-numbers': { E164PhoneNumbers: ['+12065550100'] },
  'ssm get-parameter': { Parameter: { Value: '28' } },
  'ssm get-parameters-by-path': { Parameters: [] },
  'iam simulate-principal-policy': { EvaluationResults: [] },
  'iam create-service-linked-role': {
    fails: 'An error occurred (InvalidInput): Service role name has been taken',
  },
};
const NUMBER = {
  E164PhoneNumber: '+12065550100',
  Status: 'Assigned',
  Name: 'LiveCall.us-east-1.TelephonyPhoneNumber1A.US-Local-206',
};
/** The same account with the stack in us-east-1. */
const DEPLOYED: Script = {
  ...EMPTY,
  'us-east-1 cloudformation describe-stacks': stackOf('CREATE_COMPLETE'),
  'cloudformation get-template': template({ AreaCode: '206', ReleaseOnDelete: true }),
  'cloudformation list-stack-resources': {
    StackResourceSummaries: [
      resource('Custom::ChimePhoneNumber', '+12065550100'),
      resource('AWS::Lambda::Function', 'LiveCall-smaHandler-1'),
    ],
  },
  'chime-sdk-voice list-phone-numbers': { PhoneNumbers: [NUMBER] },
};

const contextOf = (asked: string[][]): string[] =>
  asked.find((words) => words.includes('deploy'))?.filter((word) => word.includes('=')) ?? [];

/** Whether a command builds or deploys. */
const makesSomething = ([program = '']: string[]): boolean => ['cdk', 'vite'].includes(program);

describe('./deploy.sh --check', () => {
  it('The check says what would be done and makes nothing', async () => {
    const aws = pretendAws(EMPTY);
    const { code, text } = await aws.run(['deploy', '--check', '--area-code', '206']);
    expect(text).toContain('number: buys a number with area code 206');
    expect(text).toContain('cost: about 1 USD a month');
    expect([code, aws.asked().some(makesSomething)]).toEqual([0, false]);
  });

  it('The check asks everything of the chosen Region', async () => {
    for (const [args, env, region] of [
      [[], {}, 'us-east-1'],
      [[], { AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-2'],
      [[], { AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: 'us-east-1' }, 'us-west-2'],
      [['--region', 'us-west-2'], { AWS_REGION: 'us-east-1' }, 'us-west-2'],
    ] as const) {
      const aws = pretendAws(EMPTY);
      await aws.run(['deploy', '--check', ...args], env);
      const calls = aws.asked().filter((words) => words[1] !== 'configure');
      const [first] = calls;
      expect(first?.slice(1, 5)).toEqual(['sts', 'get-caller-identity', '--region', region]);
      for (const words of calls) expect(words).toContain('--region');
    }
  });

  it("The profile's Region is taken; one that sells no numbers is refused", async () => {
    const aws = pretendAws({ ...EMPTY, 'configure get': { text: 'eu-central-1\n' } });
    const { code, text } = await aws.run(['deploy', '--check']);
    expect(text).toContain('Region eu-central-1 sells no numbers');
    expect([code, aws.asked().length]).toEqual([1, 1]);
  });

  it.each([
    'An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The token is expired',
    'Error loading SSO Token: Token for corp does not exist',
    'Unable to locate credentials.',
  ])('Credentials that do not work are explained, with the sign-in: %s', async (cause) => {
    const aws = pretendAws({ ...EMPTY, 'sts get-caller-identity': { fails: cause } });
    const { code, text } = await aws.run(['deploy', '--check']);
    expect([code, text]).toEqual([
      1,
      expect.stringContaining(`deploy: aws sts get-caller-identity failed: ${cause}\nWithout that`),
    ]);
    expect(text).toContain('aws sso login');
  });

  it('The check shows the cause of a call that fails', async () => {
    const throttled =
      'An error occurred (Throttling) when calling the DescribeStacks operation: Rate exceeded';
    const aws = pretendAws({ ...EMPTY, 'cloudformation describe-stacks': { fails: throttled } });
    const { code, text } = await aws.run(['deploy', '--check']);
    expect([code, text]).toEqual([1, `deploy: aws cloudformation describe-stacks failed: ${throttled}\n`]);
  });

  it('The check says where the type is missing, and what replaces it', async () => {
    const aws = pretendAws(EMPTY);
    const { text } = await aws.run(['deploy', '--check', '--region', 'us-west-2']);
    expect(text).toContain(
      'not registered in us-west-2; the stack’s own custom resource makes the application',
    );
  });

  it('The number stays when a new request does not fit it', async () => {
    const aws = pretendAws(DEPLOYED);
    const { code, text } = await aws.run(['deploy', '--check', '--area-code', '212']);
    expect([code, text]).toEqual([1, expect.stringContaining('number: this replaces +12065550100: no')]);
    expect(text).toContain('--replace-number +12065550100');
  });

  it('The check says when no number is for sale', async () => {
    const aws = pretendAws({ ...EMPTY, 'chime-sdk-voice search-available-phone-numbers': {} });
    const { code, text } = await aws.run(['deploy', '--check', '--area-code', '212']);
    expect([code, text]).toEqual([1, expect.stringContaining('choose another --area-code')]);
  });

  it.each([
    ['ROLLBACK_COMPLETE', 'run ./destroy.sh'],
    ['ROLLBACK_FAILED', 'run ./destroy.sh'],
    ['DELETE_FAILED', 'run ./destroy.sh'],
    ['UPDATE_ROLLBACK_FAILED', 'continue-update-rollback'],
    ['UPDATE_IN_PROGRESS', 'wait until it is done'],
    ['DELETE_IN_PROGRESS', 'wait until it is done'],
  ])('The advice about a stack that is %s is given', async (status, advice) => {
    const aws = pretendAws({
      ...DEPLOYED,
      'us-east-1 cloudformation describe-stacks': stackOf(status, 'no stock'),
    });
    const { code, text } = await aws.run(['deploy', '--check']);
    expect([code, text]).toEqual([1, expect.stringContaining(`LiveCall is ${status} (no stock)`)]);
    expect(text).toContain(advice);
  });
});

describe('./deploy.sh', () => {
  it('A deployment keeps what is deployed when an option is left out', async () => {
    const aws = pretendAws({
      ...DEPLOYED,
      'cloudformation get-template': template({ AreaCode: '206', ReleaseOnDelete: false }),
    });
    const { code, text } = await aws.run(['deploy', '--yes']);
    expect([code, text]).toEqual([0, expect.stringContaining('number: keeps +12065550100')]);
    expect(contextOf(aws.asked())).toEqual(
      expect.arrayContaining(['areaCode=206', 'keepNumber=true', 'replaceNumber=', 'stackName=LiveCall']),
    );
  });

  it('A deployment passes on only the stack parameters that are named', async () => {
    const aws = pretendAws(DEPLOYED);
    const named = ['--alarm-email', 'a@example.com', '--monthly-budget', '20', '--pin-digits', '12'];
    expect((await aws.run(['deploy', '--yes', ...named])).code).toBe(0);
    expect(contextOf(aws.asked())).toEqual(
      expect.arrayContaining([
        'LiveCall:AlarmEmail=a@example.com',
        'LiveCall:MonthlyBudget=20',
        'LiveCall:PinDigits=12',
      ]),
    );
    const again = pretendAws(DEPLOYED);
    await again.run(['deploy', '--yes']);
    expect(contextOf(again.asked()).join()).not.toContain('LiveCall:');
    const { text } = await pretendAws(DEPLOYED).run(['deploy', '--pin-digits', '4']);
    expect(text).toContain('--pin-digits takes 8 to 16, not "4".');
  });

  it('A number is replaced only when it is named', async () => {
    const refused = pretendAws(DEPLOYED);
    expect((await refused.run(['deploy', '--yes', '--area-code', '212'])).code).toBe(1);
    expect(contextOf(refused.asked())).toEqual([]);
    const wrong = pretendAws(DEPLOYED);
    const args = ['deploy', '--yes', '--area-code', '212', '--replace-number'];
    expect((await wrong.run([...args, '+12065550199'])).text).toContain('is not the number of LiveCall');
    const aws = pretendAws(DEPLOYED);
    expect((await aws.run([...args, '+12065550100'])).code).toBe(0);
    expect(contextOf(aws.asked())).toEqual(
      expect.arrayContaining(['areaCode=212', 'replaceNumber=+12065550100']),
    );
  });

  it('A number is released only when that very number is typed', async () => {
    const args = ['deploy', '--area-code', '212', '--replace-number', '+12065550100'];
    const no = pretendAws(DEPLOYED);
    expect((await no.run(args, {}, ['y'])).text).toContain('+12065550100 stays. Nothing was done.');
    expect(no.asked().some(makesSomething)).toBe(false);
    const yes = pretendAws(DEPLOYED);
    expect((await yes.run(args, {}, ['+12065550100', 'y'])).code).toBe(0);
    expect(contextOf(yes.asked())).toContain('replaceNumber=+12065550100');
  });

  it('The bootstrap is asked for first, with qualifier and stack name', async () => {
    const without = { ...EMPTY, 'ssm get-parameter': NO_PARAMETER };
    const asking = pretendAws(without);
    expect((await asking.run(['deploy'])).text).toContain('Nobody can be asked here');
    expect(asking.asked().some(makesSomething)).toBe(false);
    const made = stackOf('CREATE_COMPLETE');
    const aws = pretendAws({ ...without, 'us-east-1 cloudformation describe-stacks': [NOT_THERE, made] });
    await aws.run(['deploy', '--yes', '--qualifier', 'mine', '--toolkit-stack-name', 'OurToolkit']);
    const bootstrap = aws.asked().find((words) => words.includes('bootstrap'));
    expect(bootstrap).toEqual(
      expect.arrayContaining(['--qualifier', 'mine', '--toolkit-stack-name', 'OurToolkit']),
    );
    expect(contextOf(aws.asked())).toContain('@aws-cdk/core:bootstrapQualifier=mine');
  });

  it('The only bootstrap is used, whatever its qualifier', async () => {
    const aws = pretendAws({
      ...DEPLOYED,
      'ssm get-parameter': NO_PARAMETER,
      'ssm get-parameters-by-path': { Parameters: [{ Name: '/cdk-bootstrap/other/version', Value: '21' }] },
    });
    expect((await aws.run(['deploy', '--yes'])).code).toBe(0);
    expect(aws.asked().some((words) => words.includes('bootstrap'))).toBe(false);
    expect(contextOf(aws.asked())).toContain('@aws-cdk/core:bootstrapQualifier=other');
  });

  it('An operator is created, or reported when there is one', async () => {
    const made = pretendAws({ ...DEPLOYED, 'cognito-idp admin-create-user': {} });
    expect((await made.run(['deploy', '--yes', '--operator', 'you@example.com'])).text).toContain(
      'is an operator now',
    );
    const there = pretendAws({
      ...DEPLOYED,
      'cognito-idp admin-create-user': { fails: 'An error occurred (UsernameExistsException)' },
    });
    const { code, text } = await there.run(['deploy', '--yes', '--operator', 'you@example.com']);
    expect([code, text]).toEqual([0, expect.stringContaining('was an operator already')]);
  });

  it('A deployment fails when cdk does', async () => {
    const aws = pretendAws({ ...DEPLOYED, 'cdk deploy': { fails: 'LiveCall failed: no stock' } });
    const { code, text } = await aws.run(['deploy', '--yes']);
    expect([code, text]).toEqual([1, expect.stringContaining('cdk deploy failed; its reason is above')]);
  });

  it.each([
    [['--area-code', '20'], '--area-code takes three digits'],
    [['--number', '2065550100'], '--number takes a number in E.164'],
    [['--name', '1st'], '--name takes letters'],
    [['--keep-number', '--release-number'], 'give one of them'],
    [['--nonsense'], 'try --help'],
  ])('The arguments %s are refused before anything is asked', async (args, said) => {
    const aws = pretendAws(EMPTY);
    const { code, text } = await aws.run(['deploy', ...args]);
    expect([code, text, aws.asked()]).toEqual([1, expect.stringContaining(said), []]);
  });
});

describe('a stack whose change set was never executed', () => {
  const reviewed = { ...EMPTY, 'us-east-1 cloudformation describe-stacks': stackOf('REVIEW_IN_PROGRESS') };

  it('A stack whose change set never ran is deployed anew', async () => {
    const aws = pretendAws(reviewed);
    const { code, text } = await aws.run(['deploy', '--yes']);
    expect([code, text]).toEqual([0, expect.stringContaining('number: buys a number')]);
  });

  it('A stack whose change set never ran is deleted without its template', async () => {
    const gone = [stackOf('REVIEW_IN_PROGRESS'), NOT_THERE];
    const aws = pretendAws({
      ...reviewed,
      'us-east-1 cloudformation describe-stacks': gone,
      'cloudformation list-stack-resources': { StackResourceSummaries: [] },
      'cloudformation delete-stack': {},
      'logs describe-log-groups': { logGroups: [] },
    });
    const { code, text } = await aws.run(['destroy', '--yes']);
    expect([code, text]).toEqual([0, expect.stringContaining('Gone: LiveCall')]);
  });
});

describe('./destroy.sh', () => {
  const gone = [stackOf('CREATE_COMPLETE'), stackOf('DELETE_IN_PROGRESS'), stackOf('DELETE_COMPLETE')];

  it('Destroying takes only the stack and the logs of its functions', async () => {
    const aws = pretendAws({
      ...DEPLOYED,
      'us-east-1 cloudformation describe-stacks': gone,
      'cloudformation delete-stack': {},
      'logs describe-log-groups': [
        {
          logGroups: [
            { logGroupName: '/aws/lambda/LiveCall-smaHandler-1' },
            { logGroupName: '/aws/lambda/LiveCall-smaHandler-2' },
          ],
        },
        { logGroups: [] },
      ],
      'logs delete-log-group': {},
      'chime-sdk-voice list-phone-numbers': {
        PhoneNumbers: [{ ...NUMBER, Status: 'ReleaseInProgress', DeletionTimestamp: '2026-12-06T20:00:00Z' }],
      },
    });
    const { code, text } = await aws.run(['destroy', '--yes']);
    expect([code, text]).toEqual([0, expect.stringContaining('Gone: LiveCall')]);
    expect(text).toContain('+12065550100, released: ./deploy.sh takes it back until 2026-12-06');
    const logs = aws.asked().filter((words) => words[2] === 'delete-log-group');
    expect(logs.map((words) => words.at(-1))).toEqual(['/aws/lambda/LiveCall-smaHandler-1']);
  });

  it('Destroying fails and names the Region that has the stack', async () => {
    const aws = pretendAws(DEPLOYED);
    const { code, text } = await aws.run(['destroy', '--yes', '--region', 'us-west-2']);
    expect([code, text]).toEqual([1, expect.stringContaining('LiveCall is in us-east-1, not in us-west-2')]);
    expect(aws.asked().filter((words) => /delete/.test(words[2] ?? ''))).toEqual([]);
  });

  it('Destroying fails when the stack is missing or cannot be looked up', async () => {
    const nowhere = await pretendAws(EMPTY).run(['destroy', '--yes']);
    expect([nowhere.code, nowhere.text]).toEqual([1, expect.stringContaining('There is no stack LiveCall')]);
    const denied = { fails: 'An error occurred (AccessDenied) when calling the DescribeStacks operation' };
    const unknown = await pretendAws({ ...EMPTY, 'cloudformation describe-stacks': denied }).run([
      'destroy',
      '--yes',
    ]);
    expect([unknown.code, unknown.text]).toEqual([1, expect.stringContaining('AccessDenied')]);
  });

  it('Destroying fails with the reasons when the stack does not go', async () => {
    const failed = resource('Custom::ChimePhoneNumber', '+12065550100', {
      ResourceStatus: 'DELETE_FAILED',
      ResourceStatusReason: 'a rule uses it',
    });
    const aws = pretendAws({
      ...DEPLOYED,
      'us-east-1 cloudformation describe-stacks': [
        stackOf('CREATE_COMPLETE'),
        stackOf('DELETE_FAILED', 'one is left'),
      ],
      'cloudformation list-stack-resources': { StackResourceSummaries: [failed] },
      'cloudformation delete-stack': {},
    });
    const { code, text } = await aws.run(['destroy', '--yes']);
    expect([code, text]).toEqual([1, expect.stringContaining('LiveCall is DELETE_FAILED: one is left')]);
    expect(text).toContain('a rule uses it');
    expect(aws.asked().some((words) => words[1] === 'logs')).toBe(false);
  });
});

describe('./status.sh', () => {
  it('The status says whose each number is and which are strays', async () => {
    const numbers = [
      NUMBER,
      { E164PhoneNumber: '+12065550101', Status: 'Unassigned', Name: 'Gone.us-east-1.Number1.US-Local-any' },
      { E164PhoneNumber: '+12065550102', Status: 'Unassigned', Name: 'Gone.us-east-1.Number1.kept' },
      { E164PhoneNumber: '+12065550103', Status: 'Unassigned', Name: 'front desk' },
    ];
    const aws = pretendAws({
      ...DEPLOYED,
      'us-east-1 cloudformation describe-stacks': [
        stackOf('CREATE_COMPLETE'),
        stackOf('CREATE_COMPLETE'),
        NOT_THERE,
      ],
      'chime-sdk-voice list-phone-numbers': { PhoneNumbers: numbers },
    });
    const { code, text } = await aws.run(['status']);
    expect(code).toBe(0);
    expect(text).toMatch(/\+12065550100 {2}.*of LiveCall in us-east-1/);
    expect(text).toMatch(/\+12065550101 {2}STRAY: Gone in us-east-1 is not there/);
    expect(text).toMatch(/\+12065550102 {2}kept when Gone was taken away/);
    expect(text).toMatch(/\+12065550103 {2}.*not named by a stack of this kind: front desk/);
  });
});
