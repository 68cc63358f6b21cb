import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfig } from './check-config.ts';
import type { ChimeLocalConfig } from './config.ts';
import { configFileIn, readConfig } from './read-config.ts';
import { CONFIG_SCHEMA } from './schema.ts';
import { stackOfConfig } from './stack-of-config.ts';

/** A configuration with every key of the schema. */
const WHOLE: ChimeLocalConfig = {
  $schema: './config.schema.json',
  environmentFiles: ['.env'],
  functions: {
    answer: {
      source: 'answer.ts',
      handler: 'handler',
      runtime: 'nodejs20.x',
      environment: { LEVEL: 'high' },
      environmentFiles: ['more.env'],
      timeoutSeconds: 10,
      memoryMegabytes: 256,
    },
  },
  buckets: { sounds: { folder: 'wav', endings: ['.wav'] }, empty: {} },
  tables: {
    Calls: {
      partitionKey: { name: 'id' },
      sortKey: { name: 'at', type: 'N' },
      indexes: [{ name: 'byCaller', partitionKey: { name: 'caller' }, sortKey: { name: 'at', type: 'N' } }],
      timeToLive: 'expires',
      items: [{ id: 'a', at: 1 }],
    },
  },
  queues: { jobs: { function: 'answer', batchSize: 5, visibilityTimeoutSeconds: 60 } },
  parameters: { '/app/number': '+12015550100' },
  sipMediaApplications: { main: { function: 'answer', keys: [{ name: 'PIN', keys: '1234#' }] } },
  numbers: { '+12015550100': 'main' },
  parties: { '+1206': 'ring 1; answer; say Hello', '+12065550186': 'busy' },
  bots: ['bots.json'],
  rules: [{ name: 'night', number: '+12015550101', sipMediaApplication: 'main', disabled: true }],
};

/** The keys of all objects in a value, or of the schema's properties. */
function keysOf(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) keysOf(item, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) keysOf(inner, found.add(key));
  }
  return found;
}

function propertiesOf(schema: unknown, found = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  for (const [key, inner] of Object.entries(schema)) {
    if (key === 'properties') for (const name of Object.keys(inner as object)) found.add(name);
    propertiesOf(inner, found);
  }
  return found;
}

const minimal = (over: object): unknown => ({
  functions: { f: { source: 'f.ts' } },
  sipMediaApplications: { main: { function: 'f' } },
  ...over,
});

describe('a configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'config-'));
    mkdirSync(path.join(folder, 'wav'));
    writeFileSync(path.join(folder, 'answer.ts'), 'export const handler = async () => ({});\n');
    writeFileSync(path.join(folder, '.env'), 'LEVEL=low\nFROM_FILE="a b"\n');
    writeFileSync(path.join(folder, 'more.env'), 'MORE=1\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('The complete configuration has exactly the keys of the schema', () => {
    expect(checkConfig(WHOLE, 'c.json')).toBe(WHOLE);
    const keys = keysOf(WHOLE);
    expect([...propertiesOf(CONFIG_SCHEMA)].filter((name) => !keys.has(name))).toEqual([]);
    expect(new Ajv().validateSchema(CONFIG_SCHEMA)).toBe(true);
  });

  it.each([
    [
      { functoins: {} },
      'the configuration has no key "functoins"; allowed: $schema, environmentFiles, functions, ',
    ],
    [
      { functions: { f: { code: 'f.ts' } } },
      'functions.f needs the key "source" and has "code", which is not known.',
    ],
    [{ sipMediaApplications: undefined }, 'the configuration needs the key "sipMediaApplications".'],
    [
      { functions: { f: { source: 'f.ts', timeoutSeconds: 2000 } } },
      'functions.f.timeoutSeconds is 2000; allowed: a whole number from 1 to 900.',
    ],
    [
      { tables: { Calls: { partitionKey: { name: 'id', type: 'X' } } } },
      'tables.Calls.partitionKey.type is "X"; allowed: one of "S", "N", "B".',
    ],
    [
      { functions: { f: { source: 'f.ts', environment: { A: 1 } } } },
      'functions.f.environment.A is 1; allowed: a string.',
    ],
    [{ buckets: { UPPER: {} } }, 'buckets has the name "UPPER"; allowed: a text like ^[a-z0-9]'],
    [
      { sipMediaApplications: { main: { function: 'g' } } },
      'sipMediaApplications.main.function is "g"; allowed: f.',
    ],
    [{ parties: { '+1206': 'dance' } }, 'parties["+1206"] is "dance"; allowed: '],
    [{ numbers: { '+12015550100': 'other' } }, 'numbers["+12015550100"] is "other"; allowed: main.'],
  ])('The error names key, value and what is allowed: %j', (over, message) => {
    const value = JSON.parse(JSON.stringify(minimal(over)));
    expect(() => checkConfig(value, 'c.json')).toThrow(`c.json: ${message}`);
  });

  it('An error about a key names its line', () => {
    const text = `export default {
  functions: { timeoutSeconds: { source: 'a.ts' }, f: { source: 'f.ts',
    timeoutSeconds: 2000 } },
  sipMediaApplications: { main: { function: 'f' } },
};`;
    const source = { source: 'f.ts' };
    const functions = { timeoutSeconds: source, f: { ...source, timeoutSeconds: 2000 } };
    const sipMediaApplications = { main: { function: 'f' } };
    const check = (value: object) => () => checkConfig(value, 'c.ts', text);
    expect(check({ functions, sipMediaApplications })).toThrow('c.ts:3: functions.f.timeoutSeconds is 2000');
    expect(check({ functions: { f: { tmeout: 1 } } })).toThrow('c.ts: ');
  });

  it('Variables of a configuration override those of environment files', () => {
    const { template, assets } = stackOfConfig(WHOLE, folder);
    expect(template.Resources.Applicationmain?.Metadata).toEqual({
      'chime-local': { keys: [{ name: 'PIN', keys: '1234#' }] },
    });
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    expect(types.sort()).toEqual([
      'AWS::Chime::SipMediaApplication',
      'AWS::DynamoDB::Table',
      'AWS::Lambda::EventSourceMapping',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::S3::Bucket',
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
      'AWS::S3::BucketPolicy',
      'AWS::SQS::Queue',
      'AWS::SSM::Parameter',
      'ChimeLocal::Calls::TestParty',
      'ChimeLocal::Calls::TestParty',
      'ChimeLocal::DynamoDB::Items',
      'ChimeLocal::Lex::BotFile',
      'ChimeLocal::S3::BucketFolder',
      'ChimeLocal::Voice::PhoneNumber',
      'ChimeLocal::Voice::PhoneNumber',
      'ChimeLocal::Voice::SipRule',
      'ChimeLocal::Voice::SipRule',
    ]);
    const { Properties } = template.Resources.Functionanswer ?? {};
    expect(Properties).toMatchObject({
      FunctionName: 'answer',
      Handler: 'index.handler',
      Timeout: 10,
      Environment: { Variables: { LEVEL: 'high', FROM_FILE: 'a b', MORE: '1' } },
    });
    expect(assets.get('function answer')?.build?.entry).toBe(path.join(folder, 'answer.ts'));
  });

  it('A TypeScript configuration may import a file beside it', async () => {
    writeFileSync(path.join(folder, 'names.ts'), "export const source: string = 'answer.ts';\n");
    writeFileSync(
      path.join(folder, 'chime-local.config.ts'),
      `import { defineConfig } from 'chime-local';
       import { source } from './names.ts';
       export default defineConfig({
         functions: { f: { source } }, sipMediaApplications: { main: { function: 'f' } },
       });`,
    );
    expect(await readConfig(configFileIn(folder) ?? '')).toEqual({
      functions: { f: { source: 'answer.ts' } },
      sipMediaApplications: { main: { function: 'f' } },
    });
  });

  it('A compile error of a configuration names file and position', async () => {
    const file = path.join(folder, 'chime-local.config.ts');
    writeFileSync(file, 'export default {{;');
    await expect(readConfig(file)).rejects.toThrow(/chime-local.config.ts cannot be read: .*:1:/s);
  });
});
