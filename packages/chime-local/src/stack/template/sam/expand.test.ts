import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../parse-template.ts';
import { expandSam, isSam } from './expand.ts';

const expand = (text: string) => expandSam(parseTemplate(`Transform: AWS::Serverless-2016-10-31\n${text}`));

describe('a template of SAM', () => {
  it('gives a function its role, with the globals below its own properties', () => {
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

  it('makes the implicit APIs of its events, with CORS and routes', () => {
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

  it('makes rules, mappings, subscriptions and notifications of its events', () => {
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

  it('A SAM template is refused by the name of what is missing', () => {
    expect(() => expand('Resources: { G: { Type: AWS::Serverless::GraphQLApi } }')).toThrow(
      /G \(AWS::Serverless::GraphQLApi\) is not carried out; allowed: AWS::Serverless::Function/,
    );
    expect(() =>
      expand(
        'Resources: { F: { Type: AWS::Serverless::Function, Properties: { Events: { E: { Type: MSK } } } } }',
      ),
    ).toThrow(/the event E is of the kind MSK, which is not carried out; allowed: Api, HttpApi, Schedule/);
  });

  it('A SAM template is known by its transform alone', () => {
    const resources = { A: { Type: 'T' } };
    expect(isSam({ Transform: 'AWS::Serverless-2016-10-31', Resources: resources })).toBe(true);
    expect(isSam({ Transform: ['AWS::Serverless-2016-10-31', 'Other'], Resources: resources })).toBe(false);
    expect(isSam({ Resources: resources })).toBe(false);
  });
});
