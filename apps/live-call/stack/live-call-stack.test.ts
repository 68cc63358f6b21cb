import { App, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CachePolicy } from 'aws-cdk-lib/aws-cloudfront';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR_ROUTES } from '#contract';
import { LiveCallStack } from './live-call-stack.ts';

interface Statement {
  Action: string | string[];
  Resource?: unknown;
  Condition?: unknown;
}
interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

interface Behavior {
  PathPattern?: string;
  CachePolicyId: string;
  ResponseHeadersPolicyId: { Ref: string };
}

let template: Template;
let resources: Record<string, Resource>;

beforeAll(() => {
  // Without bundling: only the template is asserted here, and the bundles take seconds.
  const app = new App({ builtinCloudFormationValidation: false, context: { 'aws:cdk:bundling-stacks': [] } });
  const stack: Stack = new LiveCallStack(app, 'LiveCall', {
    env: { account: '111122223333', region: 'us-east-1' },
    areaCode: '206',
  });
  template = Template.fromStack(stack);
  resources = template.toJSON().Resources as Record<string, Resource>;
}, 180_000);

const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
/** The `Cache-Control` that a cache behaviour's headers policy sends. */
function cacheControlOf({ ResponseHeadersPolicyId }: Behavior): string | undefined {
  const policy = resources[ResponseHeadersPolicyId.Ref]?.Properties.ResponseHeadersPolicyConfig as {
    CustomHeadersConfig: { Items: { Header: string; Value: string }[] };
  };
  return policy.CustomHeadersConfig.Items.find(({ Header }) => Header === 'cache-control')?.Value;
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** The statements of our own roles (not those of the CDK's deployment helpers). */
function ourStatements(): { where: string; statement: Statement }[] {
  const documents = [
    ...ofType('AWS::IAM::Policy').map(([id, { Properties }]) => [id, Properties.PolicyDocument]),
    ...ofType('AWS::IAM::Role').flatMap(([id, { Properties }]) =>
      ((Properties.Policies ?? []) as { PolicyDocument: unknown }[]).map((policy) => [
        id,
        policy.PolicyDocument,
      ]),
    ),
  ] as [string, { Statement: Statement[] }][];
  return documents
    .filter(([id]) => !id.startsWith('Custom'))
    .flatMap(([where, { Statement }]) => Statement.map((statement) => ({ where, statement })));
}

describe('least privilege', () => {
  it('Every action is named', () => {
    const statements = ourStatements();
    expect(statements.length).toBeGreaterThan(15);
    for (const { where, statement } of statements) {
      for (const action of list(statement.Action)) expect(action, where).toMatch(/^[a-z]+:[A-Za-z]+$/);
    }
  });

  it('Every resource is named, except where Chime has no resource type', () => {
    const open = ourStatements().filter(({ statement }) => list(statement.Resource).includes('*'));
    const actions = open.flatMap(({ statement }) => list(statement.Action)).sort();
    expect(actions).toEqual([
      'chime:CreateMeeting',
      'chime:CreateMeeting',
      'chime:CreatePhoneNumberOrder',
      'chime:CreateSipRule',
      'chime:DeletePhoneNumber',
      'chime:DeleteSipRule',
      'chime:GetPhoneNumber',
      'chime:GetPhoneNumberOrder',
      'chime:ListPhoneNumberOrders',
      'chime:ListPhoneNumbers',
      'chime:ListSipRules',
      'chime:RestorePhoneNumber',
      'chime:SearchAvailablePhoneNumbers',
      'chime:UpdatePhoneNumber',
      'chime:UpdateSipRule',
    ]);
  });

  it('Each attendee function may do only its own operation on meetings', () => {
    const meetings = ['', 'us-east-1'].map((region) => ({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:chime:${region}:111122223333:meeting/*`]],
    }));
    const found = ourStatements()
      .filter(({ statement }) => list(statement.Action).some((action) => action.includes('Attendee')))
      .map(({ where, statement }) => {
        expect(statement.Resource, where).toEqual(meetings);
        return [where.replace(/Role.*/, ''), statement.Action];
      });
    expect(Object.fromEntries(found)).toEqual({
      smaHandler: ['chime:CreateAttendee', 'chime:DeleteAttendee'],
      joinMeeting: 'chime:CreateAttendee',
      queryMeetings: 'chime:GetAttendee',
      setAttendeeAudio: 'chime:UpdateAttendeeCapabilities',
      removeAttendee: 'chime:DeleteAttendee',
    });
  });

  it('Nobody may scan a table', () => {
    expect(JSON.stringify(resources)).not.toContain('dynamodb:Scan');
  });

  it('No function of ours has a managed policy', () => {
    const managed = ofType('AWS::IAM::Role').filter(([, { Properties }]) => Properties.ManagedPolicyArns);
    expect(managed.map(([id]) => id).filter((id) => !id.startsWith('Custom'))).toEqual([]);
  });

  it('The voice service is admitted only on behalf of this application', () => {
    const sma = ofType('AWS::Chime::SipMediaApplication')[0]?.[0] ?? '';
    const arn = { 'Fn::GetAtt': [sma, 'SipMediaApplicationArn'] };
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 's3:GetObject',
            Principal: { Service: 'voiceconnector.chime.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': '111122223333', 'aws:SourceArn': arn } },
          }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'voiceconnector.chime.amazonaws.com',
      SourceAccount: '111122223333',
      SourceArn: arn,
    });
  });

  it('Both buckets are private and require TLS', () => {
    for (const [id, { Properties }] of ofType('AWS::S3::Bucket')) {
      const { BlockPublicAcls, RestrictPublicBuckets } = Properties.PublicAccessBlockConfiguration as Record<
        string,
        boolean
      >;
      expect([id, BlockPublicAcls, RestrictPublicBuckets]).toEqual([id, true, true]);
    }
    const policies = ofType('AWS::S3::BucketPolicy').map((policy) => JSON.stringify(policy));
    expect(policies.filter((policy) => policy.includes('"aws:SecureTransport":"false"')).length).toBe(2);
  });
});

describe('the API', () => {
  it('The API has seven routes, each behind the authorizer', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties);
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual(
      Object.keys(OPERATOR_ROUTES)
        .map((name) => `POST /${name}`)
        .sort(),
    );
    const authorizer = ofType('AWS::ApiGatewayV2::Authorizer')[0]?.[0];
    for (const { RouteKey, AuthorizationType, AuthorizerId } of routes) {
      expect([RouteKey, AuthorizationType, AuthorizerId]).toEqual([RouteKey, 'JWT', { Ref: authorizer }]);
    }
  });

  it('Tokens are checked against a pool that nobody can sign up to', () => {
    const pool = ofType('AWS::Cognito::UserPool')[0]?.[0];
    const client = ofType('AWS::Cognito::UserPoolClient')[0]?.[0];
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      JwtConfiguration: { Audience: [{ Ref: client }], Issuer: { 'Fn::GetAtt': [pool, 'ProviderURL'] } },
    });
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    });
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['code'],
      GenerateSecret: false,
    });
  });

  it('The API answers only the page, is throttled, and logs no token', () => {
    const page = Match.objectLike({ 'Fn::Join': Match.anyValue() });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: { AllowOrigins: [page] } });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 250, ThrottlingBurstLimit: 500 },
      AccessLogSettings: { Format: Match.not(Match.stringLikeRegexp('[Aa]uthorization')) },
    });
  });
});

describe('the number', () => {
  /** Logical ids of everything that a resource depends on, directly or indirectly. */
  function needs(id: string, known = new Set<string>()): Set<string> {
    const { DependsOn = [], Properties } = resources[id] as Resource & { DependsOn?: string[] };
    const named = [...JSON.stringify(Properties ?? {}).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"([A-Za-z0-9]+)"/g)];
    for (const other of [...list(DependsOn), ...named.map((match) => match[1] as string)]) {
      if (!resources[other] || known.has(other)) continue;
      known.add(other);
      needs(other, known);
    }
    return known;
  }

  it('The number is bought last; only the page is later', () => {
    const [number] = ofType('Custom::ChimePhoneNumber')[0] ?? [''];
    const [rule] = ofType('Custom::ChimeSipRule')[0] ?? [''];
    const before = needs(number);
    const later = Object.keys(resources).filter((id) => !before.has(id));
    const page = later.filter((id) => id.startsWith('WebClientDeployment'));
    expect(later.sort()).toEqual([number, rule, ...page].sort());
    expect([page.length, needs(rule).has(number)]).toEqual([2, true]);
  });

  it('A custom resource creates the application that CloudFormation cannot', () => {
    const app = new App({
      builtinCloudFormationValidation: false,
      context: { 'aws:cdk:bundling-stacks': [] },
    });
    const west = new LiveCallStack(app, 'LiveCall', {
      env: { account: '111122223333', region: 'us-west-2' },
      ownApplicationType: true,
    });
    const made = Template.fromStack(west);
    made.resourceCountIs('AWS::Chime::SipMediaApplication', 0);
    made.hasResourceProperties('Custom::ChimeSipMediaApplication', { AwsRegion: 'us-west-2' });
    made.hasResourceProperties('AWS::Lambda::Permission', {
      SourceArn: {
        'Fn::GetAtt': [Match.stringLikeRegexp('OwnSipMediaApplication'), 'SipMediaApplicationArn'],
      },
    });
  });

  it('The number is requested once: a late request is not repeated', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
  });
});

describe('the notifications of an owner', () => {
  it('Each way in which calls fail has an alarm', () => {
    const about = ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties.MetricName);
    expect(about.sort()).toEqual([
      'Duration',
      'Errors',
      'InvalidResponses',
      'SmaActiveCallCount',
      'Throttled',
    ]);
    // Each alarm notifies somebody.
    const [topic] = ofType('AWS::SNS::Topic')[0] ?? [];
    for (const [, { Properties }] of ofType('AWS::CloudWatch::Alarm'))
      expect(Properties.AlarmActions).toEqual([{ Ref: topic }]);
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    template.hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: '{ $.status = "429" }',
    });
  });

  it('Alarms and budget warnings are mailed when an address is given', () => {
    const address = { Ref: 'AlarmEmail' };
    const whenByMail = (value: unknown) => ({
      'Fn::If': [Match.stringLikeRegexp('ByMail'), value, { Ref: 'AWS::NoValue' }],
    });
    template.hasResourceProperties('AWS::SNS::Topic', {
      Subscription: whenByMail([{ Protocol: 'email', Endpoint: address }]),
    });
    template.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: { BudgetLimit: { Amount: { Ref: 'MonthlyBudget' }, Unit: 'USD' }, TimeUnit: 'MONTHLY' },
      NotificationsWithSubscribers: whenByMail([
        Match.objectLike({ Subscribers: [{ Address: address, SubscriptionType: 'EMAIL' }] }),
        Match.objectLike({ Notification: Match.objectLike({ NotificationType: 'FORECASTED' }) }),
      ]),
    });
    template.hasParameter('AlarmEmail', { Default: '' });
    // CloudWatch may publish, and nobody without TLS.
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({ Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish' }),
        ]),
      },
    });
  });

  it('PINs may be longer, in both functions that use them', () => {
    template.hasParameter('PinDigits', { Default: 8, MinValue: 8, MaxValue: 16 });
    const told = ofType('AWS::Lambda::Function')
      .filter(([, { Properties }]) => JSON.stringify(Properties.Environment ?? {}).includes('PinDigits'))
      .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(told.sort()).toEqual(['createMeeting', 'smaHandler']);
  });

  it('SIP messages of calls are in a log that expires', () => {
    const application = {
      'Fn::GetAtt': [ofType('AWS::Chime::SipMediaApplication')[0]?.[0], 'SipMediaApplicationId'],
    };
    template.hasResourceProperties('Custom::ChimeSipMessageLogs', { SipMediaApplicationId: application });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: { 'Fn::Join': ['', ['/aws/ChimeSipMediaApplicationSipMessages/', application]] },
      RetentionInDays: 30,
    });
  });

  it('A failure names its place in the sources', () => {
    const functions = ofType('AWS::Lambda::Function').filter(([id]) => !id.startsWith('Custom'));
    for (const [id, { Properties }] of functions) {
      const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, string> };
      const wanted = Properties.Runtime === 'nodejs24.x' ? '--enable-source-maps' : undefined;
      expect([id, Variables.NODE_OPTIONS]).toEqual([id, wanted]);
    }
  });
});

describe('names and limits', () => {
  it.each([
    'smaHandler',
    'updateCallNode',
    'updateCallPython',
    'queryMeetings',
    'createMeeting',
    'joinMeeting',
    'setAttendeeAudio',
    'removeAttendee',
  ])('%s is a function with a log of its own', (id) => {
    const [, found] =
      ofType('AWS::Lambda::Function').find(([name]) => /^[a-zA-Z]+(?=[0-9A-F]{8}$)/.exec(name)?.[0] === id) ??
      [];
    expect(found?.Properties.LoggingConfig).toBeDefined();
    expect(found?.Properties.Runtime).toBe(id === 'updateCallPython' ? 'python3.13' : 'nodejs24.x');
  });

  it('Everything is deleted with the stack, and everything kept expires', () => {
    template.allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
    template.allResourcesProperties('AWS::DynamoDB::Table', {
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    template.hasResourceProperties('Custom::ChimePhoneNumber', { AreaCode: '206', ReleaseOnDelete: true });
  });

  it('The page is served with a policy that admits no other sources', () => {
    const [, policy] = ofType('AWS::CloudFront::ResponseHeadersPolicy')[0] ?? [];
    const text = JSON.stringify(policy);
    expect(text).toContain("default-src 'none'; script-src 'self'");
    expect(text).not.toMatch(/unsafe/);
  });

  it('The page may talk only to what the stack and meetings need', () => {
    const policies = ofType('AWS::CloudFront::ResponseHeadersPolicy').map(([, one]) => JSON.stringify(one));
    const connect = policies.map((text) => /connect-src ([^;]*);/.exec(text)?.[1]?.split(' '));
    const allowed = [
      "'self'",
      'https://*.execute-api.us-east-1.amazonaws.com',
      'https://cognito-idp.us-east-1.amazonaws.com',
      'https://livecall-111122223333.auth.us-east-1.amazoncognito.com',
      'wss://*.chime.aws',
    ];
    expect(connect).toEqual([allowed, allowed]);
    // The client library's worker for redundant audio; no other worker may run.
    expect(policies.filter((text) => text.includes('; worker-src blob:;')).length).toBe(2);
    template.hasResourceProperties('AWS::Cognito::UserPoolDomain', { Domain: 'livecall-111122223333' });
  });

  it('Immutable files are cached; the page and config.json stay fresh', () => {
    const [, distribution] = ofType('AWS::CloudFront::Distribution')[0] ?? [];
    const config = distribution?.Properties.DistributionConfig as {
      DefaultRootObject: string;
      DefaultCacheBehavior: Behavior;
      CacheBehaviors: Behavior[];
    };
    expect(config.DefaultRootObject).toBe('index.html');
    expect(config.DefaultCacheBehavior.CachePolicyId).toBe(CachePolicy.CACHING_DISABLED.cachePolicyId);
    expect(cacheControlOf(config.DefaultCacheBehavior)).toBe('no-cache');
    expect(config.CacheBehaviors.map(({ PathPattern }) => PathPattern)).toEqual(['assets/*']);
    expect(config.CacheBehaviors.map(cacheControlOf)).toEqual(['public, max-age=31536000, immutable']);
  });

  it('Operators return only to the page’s root after sign-in and sign-out', () => {
    const [, client] = ofType('AWS::Cognito::UserPoolClient')[0] ?? [];
    const [distribution] = ofType('AWS::CloudFront::Distribution')[0] ?? [];
    const root = { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [distribution, 'DomainName'] }, '/']] };
    expect(client?.Properties).toMatchObject({ CallbackURLs: [root], LogoutURLs: [root] });
    expect(client?.Properties.AllowedOAuthScopes).toEqual(['openid', 'email']);
  });
});
