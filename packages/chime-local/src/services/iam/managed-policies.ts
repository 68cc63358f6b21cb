/**
 * The AWS managed policies that functions and the CDK's roles use. They are reproduced by purpose, because
 * their exact text changes from time to time. Source: AWS Managed Policy Reference.
 */
import type { PolicyDocument } from './iam.ts';

const PREFIX = 'arn:aws:iam::aws:policy/';
const allow = (...actions: string[]): PolicyDocument => ({
  Statement: { Effect: 'Allow', Action: actions, Resource: '*' },
});

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const KNOWN: Readonly<Record<string, PolicyDocument>> = {
  AdministratorAccess: allow('*'),
  PowerUserAccess: {
    Statement: { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
  },
  ReadOnlyAccess: allow(
    '*:Get*',
    '*:List*',
    '*:Describe*',
    '*:BatchGet*',
    '*:Query',
    '*:Scan',
    '*:Search*',
    '*:Validate*',
    '*:Head*',
  ),
  'service-role/AWSLambdaBasicExecutionRole': allow(...LOGS),
  'service-role/AWSLambdaVPCAccessExecutionRole': allow(...LOGS, 'ec2:*NetworkInterface*'),
  'service-role/AWSLambdaDynamoDBExecutionRole': allow(
    ...LOGS,
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
  ),
  'service-role/AWSLambdaSQSQueueExecutionRole': allow(
    ...LOGS,
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
  ),
  AWSCloudFormationReadOnlyAccess: allow(
    'cloudformation:Describe*',
    'cloudformation:Get*',
    'cloudformation:List*',
    'cloudformation:Estimate*',
    'cloudformation:Validate*',
    'cloudformation:Detect*',
  ),
  AWSCloudFormationFullAccess: allow('cloudformation:*'),
  AmazonEC2ContainerRegistryReadOnly: allow(
    'ecr:Get*',
    'ecr:List*',
    'ecr:Describe*',
    'ecr:BatchGetImage',
    'ecr:BatchCheckLayerAvailability',
  ),
  AWSLambda_FullAccess: allow('lambda:*', 'cloudwatch:*', 'logs:*', 'iam:PassRole', 'iam:Get*', 'iam:List*'),
  AWSLambdaExecute: allow('logs:*', 's3:GetObject', 's3:PutObject'),
  AmazonS3FullAccess: allow('s3:*'),
  AmazonS3ReadOnlyAccess: allow('s3:Get*', 's3:List*', 's3:Describe*'),
  AmazonDynamoDBFullAccess: allow('dynamodb:*'),
  AmazonDynamoDBReadOnlyAccess: allow(
    'dynamodb:BatchGetItem',
    'dynamodb:Describe*',
    'dynamodb:List*',
    'dynamodb:GetItem',
    'dynamodb:Query',
    'dynamodb:Scan',
    'dynamodb:PartiQLSelect',
  ),
  AmazonSSMFullAccess: allow('ssm:*'),
  AmazonSSMReadOnlyAccess: allow('ssm:Describe*', 'ssm:Get*', 'ssm:List*'),
  AmazonPollyFullAccess: allow('polly:*'),
  AmazonChimeFullAccess: allow('chime:*'),
  AmazonChimeSDK: allow(
    'chime:*Meeting*',
    'chime:*Attendee*',
    'chime:*TagResource',
    'chime:ListTagsForResource',
  ),
};

/** The document of an AWS managed policy; undefined if the policy is not known here. */
export function managedByAws(arn: string): PolicyDocument | undefined {
  if (!arn.startsWith(PREFIX)) return undefined;
  const name = arn.slice(PREFIX.length);
  return Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
}
