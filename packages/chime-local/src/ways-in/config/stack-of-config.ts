/** Converts a configuration to a stack of CloudFormation resources. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '#platform';
import {
  BOT_FILE,
  BUCKET_FOLDER,
  CHIME_PRINCIPAL,
  PHONE_NUMBER,
  SIP_RULE,
  TABLE_ITEMS,
  TEST_PARTY,
} from '#provision';
import type { FileAsset, SynthesisedStack, TemplateResource } from '#template';
import { readEnvironmentFile } from '../environment-file.ts';
import { functionSource } from '../function-source.ts';
import { missingVariables } from '../missing-variables.ts';
import type { ChimeLocalConfig, FunctionConfig, KeyConfig, TableConfig } from './config.ts';

/** The name of the stack; a data folder has only one of them. */
export const LOCAL_STACK = 'Local';
/**
 * Time-out of an SMA's function. It is longer than the service's own (20 s), so that the service reports the
 * delay.
 */
const DEFAULT_TIMEOUT_SECONDS = 30;
const DEFAULT_MEMORY_MEGABYTES = 512;

/** Collects resources under logical ids, which consist of letters and digits only. */
class Resources {
  readonly all: Record<string, TemplateResource> = {};
  readonly #ids = new Map<string, string>();

  add(
    kind: string,
    name: string,
    Type: string,
    Properties: Record<string, unknown>,
    more: Partial<TemplateResource> = {},
  ): string {
    const id = this.id(kind, name);
    this.all[id] = { Type, Properties, ...more };
    return id;
  }

  id(kind: string, name: string): string {
    const key = `${kind} ${name}`;
    const known = this.#ids.get(key);
    if (known) return known;
    const plain = `${kind}${name.replace(/[^A-Za-z0-9]/g, '')}`;
    const taken = [...this.#ids.values()];
    const id = taken.includes(plain) ? `${plain}x${taken.length}` : plain;
    this.#ids.set(key, id);
    return id;
  }
}

const ref = (id: string): object => ({ Ref: id });
const arn = (id: string): object => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** @throws UserError */
function environmentOf(
  one: FunctionConfig,
  config: ChimeLocalConfig,
  folder: string,
): Record<string, string> {
  const files = [...(config.environmentFiles ?? []), ...(one.environmentFiles ?? [])];
  return Object.assign(
    {},
    ...files.map((file) => readEnvironmentFile(path.resolve(folder, file))),
    one.environment,
  );
}

function addFunctions(
  config: ChimeLocalConfig,
  folder: string,
  resources: Resources,
): Map<string, FileAsset> {
  const assets = new Map<string, FileAsset>();
  for (const [name, one] of Object.entries(config.functions)) {
    const source = functionSource(path.resolve(folder, one.source), one);
    const objectKey = `function ${name}`;
    assets.set(objectKey, {
      path: source.folder,
      packaging: 'zip',
      objectKey,
      isSource: true,
      ...(source.build ? { build: source.build } : {}),
    });
    const id = resources.add('Function', name, 'AWS::Lambda::Function', {
      FunctionName: name,
      Runtime: source.runtime,
      Handler: source.handler,
      Code: { S3Bucket: 'sources', S3Key: objectKey },
      Timeout: one.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
      MemorySize: one.memoryMegabytes ?? DEFAULT_MEMORY_MEGABYTES,
      Environment: { Variables: environmentOf(one, config, folder) },
    });
    resources.add('Permission', name, 'AWS::Lambda::Permission', {
      FunctionName: ref(id),
      Action: 'lambda:InvokeFunction',
      Principal: CHIME_PRINCIPAL,
    });
  }
  return assets;
}

/** Notices about environment variables that the functions read but the configuration does not set. */
function missingOf(config: ChimeLocalConfig, folder: string): string[] {
  return Object.entries(config.functions).flatMap(([name, one]) => {
    const { entry } = functionSource(path.resolve(folder, one.source), one);
    const where = `name them in functions.${name}.environment of the configuration, or in a file of its environmentFiles`;
    return missingVariables(entry, environmentOf(one, config, folder), where) ?? [];
  });
}

function addBuckets({ buckets = {} }: ChimeLocalConfig, folder: string, resources: Resources): void {
  for (const [name, { folder: source, endings }] of Object.entries(buckets)) {
    const bucket = resources.add('Bucket', name, 'AWS::S3::Bucket', { BucketName: name });
    resources.add('BucketPolicy', name, 'AWS::S3::BucketPolicy', {
      Bucket: ref(bucket),
      PolicyDocument: {
        Statement: {
          Effect: 'Allow',
          Principal: { Service: CHIME_PRINCIPAL },
          Action: ['s3:GetObject', 's3:PutObject', 's3:PutObjectAcl'],
          Resource: `arn:aws:s3:::${name}/*`,
        },
      },
    });
    if (source === undefined) continue;
    const Folder = path.resolve(folder, source);
    if (!existsSync(Folder))
      throw new UserError(`buckets.${name}.folder: ${Folder} is missing: make it, or name another.`);
    resources.add('BucketFolder', name, BUCKET_FOLDER, {
      Bucket: ref(bucket),
      Folder,
      ...(endings ? { Endings: endings } : {}),
    });
  }
}

function keySchema(partitionKey: KeyConfig, sortKey: KeyConfig | undefined): object[] {
  return [
    { AttributeName: partitionKey.name, KeyType: 'HASH' },
    ...(sortKey ? [{ AttributeName: sortKey.name, KeyType: 'RANGE' }] : []),
  ];
}

function tableProperties(TableName: string, table: TableConfig): Record<string, unknown> {
  const { partitionKey, sortKey, indexes = [] } = table;
  const keys = [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
  const types = new Map(keys.flatMap((key) => (key ? [[key.name, key.type ?? 'S'] as const] : [])));
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: keySchema(partitionKey, sortKey),
    ...(indexes.length > 0
      ? {
          GlobalSecondaryIndexes: indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: keySchema(index.partitionKey, index.sortKey),
            Projection: { ProjectionType: 'ALL' },
          })),
        }
      : {}),
    ...(table.timeToLive
      ? { TimeToLiveSpecification: { AttributeName: table.timeToLive, Enabled: true } }
      : {}),
  };
}

function addTables({ tables = {} }: ChimeLocalConfig, resources: Resources): void {
  for (const [name, table] of Object.entries(tables)) {
    const id = resources.add('Table', name, 'AWS::DynamoDB::Table', tableProperties(name, table));
    if (table.items?.length)
      resources.add('Items', name, TABLE_ITEMS, { Table: ref(id), Items: table.items });
  }
}

function addQueues({ queues = {} }: ChimeLocalConfig, resources: Resources): void {
  for (const [name, queue] of Object.entries(queues)) {
    const id = resources.add('Queue', name, 'AWS::SQS::Queue', {
      QueueName: name,
      ...(name.endsWith('.fifo') ? { FifoQueue: true } : {}),
      ...(queue.visibilityTimeoutSeconds === undefined
        ? {}
        : { VisibilityTimeout: queue.visibilityTimeoutSeconds }),
    });
    if (!queue.function) continue;
    resources.add('QueueConsumer', name, 'AWS::Lambda::EventSourceMapping', {
      EventSourceArn: arn(id),
      FunctionName: ref(resources.id('Function', queue.function)),
      ...(queue.batchSize ? { BatchSize: queue.batchSize } : {}),
    });
  }
}

function addTelephony(config: ChimeLocalConfig, resources: Resources): void {
  for (const [name, { function: target, keys }] of Object.entries(config.sipMediaApplications)) {
    const properties = { Name: name, Endpoints: [{ LambdaArn: arn(resources.id('Function', target)) }] };
    const metadata = keys ? { Metadata: { 'chime-local': { keys } } } : {};
    resources.add('Application', name, 'AWS::Chime::SipMediaApplication', properties, metadata);
  }
  const { numbers = {}, rules = [] } = config;
  const all = [
    ...Object.entries(numbers).map(([number, sipMediaApplication]) => ({
      // A rule's name must not contain a plus sign.
      name: number.replace('+', ''),
      number,
      sipMediaApplication,
    })),
    ...rules,
  ];
  for (const rule of all) {
    const numberId = resources.id('Number', rule.number);
    if (!resources.all[numberId])
      resources.add('Number', rule.number, PHONE_NUMBER, { PhoneNumber: rule.number });
    resources.add('Rule', rule.name, SIP_RULE, {
      Name: rule.name,
      PhoneNumber: ref(numberId),
      SipMediaApplicationId: ref(resources.id('Application', rule.sipMediaApplication)),
      Disabled: 'disabled' in rule ? rule.disabled : false,
    });
  }
}

/**
 * @param folder to which the configuration's paths are relative
 * @throws UserError
 */
export function stackOfConfig(config: ChimeLocalConfig, folder: string): SynthesisedStack {
  const resources = new Resources();
  const assets = addFunctions(config, folder, resources);
  addBuckets(config, folder, resources);
  addTables(config, resources);
  addQueues(config, resources);
  for (const [Name, Value] of Object.entries(config.parameters ?? {})) {
    resources.add('Parameter', Name, 'AWS::SSM::Parameter', { Name, Value, Type: 'String' });
  }
  addTelephony(config, resources);
  for (const [number, Script] of Object.entries(config.parties ?? {}))
    resources.add('Party', number, TEST_PARTY, { Number: number, Script });
  for (const file of config.bots ?? [])
    resources.add('Bots', file, BOT_FILE, { File: path.resolve(folder, file) });
  return {
    stackName: LOCAL_STACK,
    template: { Resources: resources.all },
    assets,
    notices: missingOf(config, folder),
  };
}
