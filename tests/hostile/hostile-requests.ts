import type { HostileRequest } from './signed-request.ts';

/** A request of the AWS JSON protocol. */
export const json = (service: string, target: string, input: unknown): HostileRequest => ({
  service,
  headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
  body: typeof input === 'string' ? input : JSON.stringify(input),
});
const form = (service: string, fields: Record<string, string>): HostileRequest => ({
  service,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});
const many = (count: number, what: (n: number) => object = (n) => ({ n })) =>
  Array.from({ length: count }, (_, n) => what(n));
const numbered = (name: string, count: number, value: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${name}.member.${n + 1}`, `${value}${n}`]));

const BUCKET = '/hostile';
const LOG_GROUP = 'hostile';
const STREAM = { logGroupName: LOG_GROUP, logStreamName: 'a' };
const LOGS = 'Logs_20140328';

/** Requests that create what the hostile requests refer to. */
export const GROUND: readonly HostileRequest[] = [
  { service: 's3', method: 'PUT', path: BUCKET },
  json('logs', `${LOGS}.CreateLogGroup`, { logGroupName: LOG_GROUP }),
  json('logs', `${LOGS}.CreateLogStream`, STREAM),
  json('logs', `${LOGS}.PutLogEvents`, {
    ...STREAM,
    logEvents: many(1_000, (n) => ({ timestamp: Date.now() + n, message: 'a'.repeat(900) })),
  }),
];

const KEY = { Key: { id: { S: 'a' } }, TableName: 'callUpdates' };
const XML = { service: 's3', path: BUCKET, query: 'delete=' };
const DYNAMODB = 'DynamoDB_20120810';
/** Requests designed to keep the server busy, by their contents. */
export const HOSTILE: Readonly<Record<string, HostileRequest>> = {
  'lists within lists, a million': json('dynamodb', `${DYNAMODB}.GetItem`, '['.repeat(1_000_000)),
  'a million values': json('dynamodb', `${DYNAMODB}.GetItem`, `[${'0,'.repeat(1_000_000)}0]`),
  'a condition of 1,900 parentheses': json('dynamodb', `${DYNAMODB}.DeleteItem`, {
    ...KEY,
    ConditionExpression: `${'('.repeat(1_900)}id = :id${')'.repeat(1_900)}`,
    ExpressionAttributeValues: { ':id': { S: 'a' } },
  }),
  'a condition of 4 KB of NOT': json('dynamodb', `${DYNAMODB}.DeleteItem`, {
    ...KEY,
    ConditionExpression: `${'NOT '.repeat(1_000)}attribute_exists(id)`,
  }),
  'an update of a thousand paths': json('dynamodb', `${DYNAMODB}.UpdateItem`, {
    ...KEY,
    UpdateExpression: `REMOVE ${Array.from({ length: 900 }, (_, n) => `a${n}[0]`).join(',')}`,
  }),
  'XML of two million elements': { ...XML, body: `<Delete>${'<b/>'.repeat(2_000_000)}</Delete>` },
  'XML of a million entities': { ...XML, body: `<Delete>${'&amp;'.repeat(1_600_000)}</Delete>` },
  'XML of a million attributes': { ...XML, body: `<Delete${' b="1"'.repeat(1_000_000)}>` },
  'XML that declares entities of entities': {
    ...XML,
    body: `<!DOCTYPE a [<!ENTITY b "${'c'.repeat(1_000)}"><!ENTITY d "${'&b;'.repeat(1_000)}">]><Delete>&d;</Delete>`,
  },
  'a form of 5,000 fields with deep names': form('sts', {
    Action: 'GetCallerIdentity',
    ...Object.fromEntries(Array.from({ length: 4_990 }, (_, n) => [`${'a.'.repeat(50)}${n}`, '1'])),
  }),
  'a simulation of 1,000 actions with 1,000 resources': form('iam', {
    Action: 'SimulatePrincipalPolicy',
    PolicySourceArn: 'arn:aws:iam::000000000000:user/operator',
    ...numbered('ActionNames', 1_000, 's3:Get'),
    ...numbered('ResourceArns', 1_000, 'arn:aws:s3:::a'),
  }),
  'an event of 60,000 values for 100 filters': json('events', 'AWSEvents.TestEventPattern', {
    EventPattern: JSON.stringify({ a: many(100, () => ({ suffix: { 'equals-ignore-case': 'b' } })) }),
    Event: JSON.stringify({ a: Array.from({ length: 60_000 }, () => 'A') }),
  }),
  'a wildcard that nearly fits': json('events', 'AWSEvents.TestEventPattern', {
    EventPattern: JSON.stringify({ a: [{ wildcard: `*${'a*'.repeat(1_500)}b` }] }),
    Event: JSON.stringify({ a: 'a'.repeat(250_000) }),
  }),
  'a filter of 340 terms': json('logs', `${LOGS}.FilterLogEvents`, {
    logGroupName: LOG_GROUP,
    filterPattern: 'aa '.repeat(340),
  }),
  'metrics in lists within lists': {
    service: 'monitoring',
    path: '/service/GraniteServiceVersion20100801/operation/PutMetricData',
    headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
    body: Buffer.alloc(1_000_000, 0x81),
  },
  'metrics that say to be four billion': {
    service: 'monitoring',
    path: '/service/GraniteServiceVersion20100801/operation/PutMetricData',
    headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
    body: Buffer.from('9affffffff', 'hex'),
  },
  'metrics of 500 queries': json('monitoring', 'GraniteServiceVersion20100801.GetMetricData', {
    StartTime: 0,
    EndTime: 4e9,
    MetricDataQueries: many(500, (n) => ({
      Id: `a${n}`,
      MetricStat: {
        Metric: { Namespace: 'AWS/ChimeVoiceConnector', MetricName: 'm' },
        Period: 60,
        Stat: 'Sum',
      },
    })),
  }),
  'speech of 300 pauses': {
    ...json('polly', '', {
      Text: `<speak>${'<break time="10s"/>'.repeat(300)}</speak>`,
      TextType: 'ssml',
      VoiceId: 'Joanna',
      OutputFormat: 'pcm',
    }),
    path: '/v1/speech',
  },
  'a query of 3,000 parameters': {
    service: 's3',
    method: 'GET',
    path: BUCKET,
    query: Array.from({ length: 3_000 }, (_, n) => `a${n}=`).join('&'),
  },
  'a header of 30 KB': { service: 's3', method: 'GET', headers: { 'x-amz-a': 'a, '.repeat(10_000) } },
};
