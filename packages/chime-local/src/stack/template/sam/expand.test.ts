import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../parse-template.ts';
import { expandSam, isSam } from './expand.ts';

const expand = (text: string) => expandSam(parseTemplate(`Transform: AWS::Serverless-2016-10-31\n${text}`));

describe('a SAM template', () => {
  it('A function gets a role; its properties override the globals', () => {
    const { Resources } = expand(`
Globals:
  Function: { Runtime: python3.12, Timeout: 5, Environment: { Variables: { A: '1', B: '2' } } }
Resources:
  Table: { Type: AWS::Serverless::SimpleTable, Properties: { PrimaryKey: { Name: pk, Type: Number } } }
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      InlineCode: 'x'
      Timeout: 9
      Environment: { Variables: { B: '3' } }
      Policies: [AmazonPollyReadOnlyAccess, DynamoDBReadPolicy: { TableName: !Ref Table }, Statement: [{ Effect: Allow, Action: 's3:*', Resource: '*' }]]
`);
    expect(Resources.Fn).toEqual({
      Type: 'AWS::Lambda::Function',
      Properties: {
        Handler: 'app.handler',
        Runtime: 'python3.12',
        Timeout: 9,
        Environment: { Variables: { A: '1', B: '3' } },
        Code: { ZipFile: 'x' },
        Role: { 'Fn::GetAtt': ['FnRole', 'Arn'] },
      },
    });
    const role = Resources.FnRole?.Properties as { ManagedPolicyArns: string[]; Policies: object[] };
    expect(role.ManagedPolicyArns).toEqual([
      'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
      'arn:aws:iam::aws:policy/AmazonPollyReadOnlyAccess',
    ]);
    expect(JSON.stringify(role.Policies[0])).toContain('dynamodb:Query');
    expect(role.Policies[1]).toMatchObject({ PolicyDocument: { Statement: [{ Action: 's3:*' }] } });
    expect(Resources.Table?.Properties).toMatchObject({
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'N' }],
    });
  });

  it("A function's intrinsic function replaces that of the globals", () => {
    const { Resources } = expand(`
Globals:
  Function:
    Role: !GetAtt Shared.Arn
    VpcConfig: !If [InVpc, a, b]
    Environment: { Variables: { TABLE: !Ref Table, LEVEL: !FindInMap [Levels, dev, Level], KEPT: !Ref Table } }
Resources:
  Table: { Type: AWS::Serverless::SimpleTable }
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Role: !GetAtt Own.Arn
      VpcConfig: { SubnetIds: [s] }
      Environment: { Variables: { TABLE: !GetAtt Other.Name, LEVEL: !Sub '\${Stage}-level' } }
`);
    expect(Resources.Fn?.Properties?.Role).toEqual({ 'Fn::GetAtt': ['Own', 'Arn'] });
    expect(Resources.Fn?.Properties?.Environment).toEqual({
      Variables: {
        TABLE: { 'Fn::GetAtt': ['Other', 'Name'] },
        LEVEL: { 'Fn::Sub': '${Stage}-level' },
        KEPT: { Ref: 'Table' },
      },
    });
    expect(Resources.Fn?.Properties?.VpcConfig).toEqual({ SubnetIds: ['s'] });
  });

  it('API events create the implicit APIs, with CORS and routes', () => {
    const { Resources } = expand(`
Globals: { Api: { Cors: "'https://a.example'" } }
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Events:
        Get: { Type: Api, Properties: { Path: '/calls/{id}', Method: get } }
        Post: { Type: HttpApi, Properties: { Path: /calls, Method: POST } }
        Rest: { Type: HttpApi }
`);
    const ofType = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type);
    expect(ofType('AWS::ApiGateway::Resource').map(({ Properties }) => Properties?.PathPart)).toEqual([
      'calls',
      '{id}',
    ]);
    const methods = ofType('AWS::ApiGateway::Method').map(({ Properties }) => Properties?.HttpMethod);
    expect(methods).toEqual(['GET', 'OPTIONS', 'OPTIONS', 'OPTIONS']);
    expect(Resources.ServerlessRestApiProdStage?.Properties).toMatchObject({ StageName: 'Prod' });
    const routes = ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties?.RouteKey);
    expect(routes).toEqual(['POST /calls', '$default']);
  });

  it('A method has the authorizer that its event names, or is refused', () => {
    const withAuthorizer = (name: string, kind = 'Api') =>
      expand(`
Globals:
  ${kind}: { Auth: { Authorizers: { People: { UserPoolArn: arn:pool }, Mine: { FunctionArn: arn:f } } } }
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Events: { Get: { Type: ${kind}, Properties: { Path: /x, Method: get, Auth: { Authorizer: ${name} } } } }
`).Resources;
    expect(withAuthorizer('People').FnGetMethod?.Properties).toMatchObject({
      AuthorizationType: 'COGNITO_USER_POOLS',
      AuthorizerId: { Ref: 'ServerlessRestApiPeopleAuthorizer' },
    });
    const byFunction = withAuthorizer('Mine');
    expect(byFunction.FnGetMethod?.Properties).toMatchObject({
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'ServerlessRestApiMineAuthorizer' },
    });
    expect(byFunction.ServerlessRestApiMineAuthorizer?.Properties).toMatchObject({ Type: 'TOKEN' });
    expect(withAuthorizer('NONE').FnGetMethod?.Properties).toMatchObject({ AuthorizationType: 'NONE' });
    for (const kind of ['Api', 'HttpApi'])
      expect(() => withAuthorizer('Mien', kind)).toThrow(
        /^Fn: the event Get names the authorizer "Mien", which Serverless\w+Api does not define; it defines People, Mine\./,
      );
  });

  it('Events create rules, mappings, subscriptions and notifications', () => {
    const { Resources } = expand(`
Resources:
  Bucket: { Type: AWS::S3::Bucket }
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      AutoPublishAlias: live
      Events:
        Often: { Type: Schedule, Properties: { Schedule: rate(1 minute) } }
        Seen: { Type: EventBridgeRule, Properties: { Pattern: { source: [a] } } }
        Job: { Type: SQS, Properties: { Queue: arn:q, BatchSize: 3 } }
        Told: { Type: SNS, Properties: { Topic: arn:t } }
        Put: { Type: S3, Properties: { Bucket: !Ref Bucket, Events: 's3:ObjectCreated:*' } }
`);
    expect(Resources.FnOften?.Properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)' });
    expect(Resources.FnSeen?.Properties).toMatchObject({ EventPattern: { source: ['a'] } });
    expect(Resources.FnJob?.Properties).toMatchObject({ EventSourceArn: 'arn:q', BatchSize: 3 });
    expect(Resources.FnTold?.Properties).toMatchObject({ TopicArn: 'arn:t', Protocol: 'lambda' });
    expect(Resources.Bucket?.Properties).toMatchObject({
      NotificationConfiguration: { LambdaConfigurations: [{ Event: 's3:ObjectCreated:*' }] },
    });
    expect(Resources.FnAliaslive?.Properties).toMatchObject({ Name: 'live' });
  });

  it('What events add for a function has its condition', () => {
    const { Resources } = expand(`
Conditions: { Never: !Equals [a, b] }
Resources:
  Bucket: { Type: AWS::S3::Bucket }
  Fn:
    Type: AWS::Serverless::Function
    Condition: Never
    Properties:
      InlineCode: x
      Events:
        Get: { Type: Api, Properties: { Path: /calls, Method: get } }
        Post: { Type: HttpApi, Properties: { Path: /calls, Method: post } }
        Put: { Type: S3, Properties: { Bucket: !Ref Bucket, Events: 's3:ObjectCreated:*' } }
`);
    const named = Object.values(Resources).filter(({ Condition }) => Condition !== 'Never');
    expect(named.map(({ Type }) => Type).sort()).toEqual([
      'AWS::ApiGateway::Deployment',
      'AWS::ApiGateway::Resource',
      'AWS::ApiGateway::RestApi',
      'AWS::ApiGateway::Stage',
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Stage',
      'AWS::S3::Bucket',
    ]);
    expect(Resources.Bucket?.Properties?.NotificationConfiguration).toEqual({
      LambdaConfigurations: [
        {
          'Fn::If': [
            'Never',
            { Event: 's3:ObjectCreated:*', Function: { 'Fn::GetAtt': ['Fn', 'Arn'] } },
            { Ref: 'AWS::NoValue' },
          ],
        },
      ],
    });
  });

  it('ScheduleV2 creates a schedule with role, retries and queue', () => {
    const { Resources } = expand(`
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Events:
        Nightly:
          Type: ScheduleV2
          Properties:
            ScheduleExpression: cron(0 3 * * ? *)
            ScheduleExpressionTimezone: Europe/Berlin
            State: DISABLED
            FlexibleTimeWindow: { Mode: FLEXIBLE, MaximumWindowInMinutes: 15 }
            RetryPolicy: { MaximumRetryAttempts: 2 }
            DeadLetterConfig: { Type: SQS }
        Own: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 hour), RoleArn: arn:r, OmitName: true } }
`);
    expect(Resources.FNightly).toMatchObject({
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: 'FNightly',
        ScheduleExpressionTimezone: 'Europe/Berlin',
        State: 'DISABLED',
        FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
        Target: {
          Arn: { 'Fn::GetAtt': ['F', 'Arn'] },
          RoleArn: { 'Fn::GetAtt': ['FNightlyRole', 'Arn'] },
          RetryPolicy: { MaximumRetryAttempts: 2 },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['FNightlyQueue', 'Arn'] } },
        },
      },
    });
    expect(Resources.FNightlyQueue?.Type).toBe('AWS::SQS::Queue');
    expect(Resources.FOwn?.Properties).toMatchObject({ Target: { RoleArn: 'arn:r' } });
    expect(Resources.FOwn?.Properties).not.toHaveProperty('Name');
    expect(Resources).not.toHaveProperty('FOwnRole');
  });

  it('Unknown SAM resources stay in the template', () => {
    const { Resources } = expand(`
Resources:
  G: { Type: AWS::Serverless::GraphQLApi }
  F: { Type: AWS::Serverless::Function, Properties: { Events: { E: { Type: MSK, Properties: { Stream: s } } } } }
  U: { Type: AWS::Serverless::Function, Properties: { FunctionUrlConfig: { AuthType: NONE } } }
`);
    expect(Resources.G).toEqual({ Type: 'AWS::Serverless::GraphQLApi' });
    expect(Resources.UUrl).toEqual({ Type: 'AWS::Lambda::Url', Properties: { AuthType: 'NONE' } });
    expect(Resources.FE).toEqual({ Type: 'AWS::Serverless::MSKEvent', Properties: { Stream: 's' } });
  });

  it('Events invoke the alias that SAM publishes, and references name it', () => {
    const { Resources, Outputs } = expand(`
Resources:
  Topic: { Type: AWS::SNS::Topic }
  F:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
      Events:
        Told: { Type: SNS, Properties: { Topic: !Ref Topic } }
        Asked: { Type: Api, Properties: { Path: /x, Method: get } }
Outputs:
  Alias: { Value: !Ref F.Alias }
  Version: { Value: !Ref F.Version }
  Stage: { Value: !Ref ServerlessRestApi.Stage }
  Text: { Value: !Sub 'to \${F.Alias}, \${F.Arn}, \${!F.Alias}' }
  Texts: { Value: !Sub ['\${F.Version} \${Own}', { Own: !Ref F.Alias }] }
`);
    expect(Resources.FTold?.Properties?.Endpoint).toEqual({ Ref: 'FAliaslive' });
    expect(Resources.FToldPermission?.Properties?.FunctionName).toEqual({ Ref: 'FAliaslive' });
    expect(Resources.FAskedPermission?.Properties?.FunctionName).toEqual({ Ref: 'FAliaslive' });
    const values = Object.values(Outputs ?? {}).map(({ Value }) => Value);
    expect(values).toEqual([
      { Ref: 'FAliaslive' },
      { Ref: 'FVersion' },
      { Ref: 'ServerlessRestApiProdStage' },
      { 'Fn::Sub': 'to ${FAliaslive}, ${F.Arn}, ${!F.Alias}' },
      { 'Fn::Sub': ['${FVersion} ${Own}', { Own: { Ref: 'FAliaslive' } }] },
    ]);
  });

  it("An API's stage has the logical id that SAM gives it", () => {
    const { Resources, Outputs } = expand(`
Outputs: { Name: { Value: !Ref A.Stage } }
Resources:
  AB: { Type: AWS::Serverless::Api, Properties: { StageName: v1 } }
  A: { Type: AWS::Serverless::Api, Properties: { StageName: !Ref Name } }
  B: { Type: AWS::Serverless::Api, Properties: { StageName: v1 } }
  C: { Type: AWS::Serverless::HttpApi, Properties: { StageName: !Ref Name } }
  D: { Type: AWS::Serverless::HttpApi, Properties: { StageName: v1 } }
  E: { Type: AWS::Serverless::HttpApi }
`);
    const ids = Object.keys(Resources).filter((id) => Resources[id]?.Type.endsWith('::Stage'));
    expect(Outputs?.Name?.Value).toEqual({ Ref: 'AStage' });
    expect(ids.sort()).toEqual([
      'ABv1Stage',
      'AStage',
      'Bv1Stage',
      'CStage',
      'Dv1Stage',
      'EApiGatewayDefaultStage',
    ]);
  });

  it('A state machine gets a role that has its policies', () => {
    const { Resources } = expand(`
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Policies: [{ LambdaInvokePolicy: { FunctionName: f } }]
      Definition: { StartAt: A, States: { A: { Type: Succeed } } }
`);
    expect(Resources.M?.Properties).toMatchObject({
      StateMachineType: 'EXPRESS',
      RoleArn: { 'Fn::GetAtt': ['MRole', 'Arn'] },
      Definition: { StartAt: 'A' },
    });
    expect(Resources.MRole?.Type).toBe('AWS::IAM::Role');
  });

  it('A SAM template is recognised by its transform alone', () => {
    const resources = { A: { Type: 'T' } };
    expect(isSam({ Transform: 'AWS::Serverless-2016-10-31', Resources: resources })).toBe(true);
    expect(isSam({ Transform: ['AWS::Serverless-2016-10-31', 'Other'], Resources: resources })).toBe(false);
    expect(isSam({ Resources: resources })).toBe(false);
  });
});
