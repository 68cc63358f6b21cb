import { readFileSync } from 'node:fs';
import * as meetingsSdk from '@aws-sdk/client-chime-sdk-meetings';
import * as voiceSdk from '@aws-sdk/client-chime-sdk-voice';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../front/query-string.ts';
import { createInputChecker } from './input-checker.ts';
import { createOperationRouter } from './operation-router.ts';
import { loadServiceModel } from './service-model.ts';

/** What the SDK says of an operation: `[9, namespace, name, { http: [method, uri, status] }, input, output]`. */
interface SdkOperation {
  name: string;
  method: string;
  uri: string;
  status: number;
}

function operationsOf(sdk: object): SdkOperation[] {
  return Object.values(sdk)
    .filter((value): value is unknown[] => Array.isArray(value) && value[0] === 9)
    .map((schema) => {
      const [method, uri, status] = (schema[3] as { http: [string, string, number] }).http;
      return { name: schema[2] as string, method, uri, status };
    });
}

const textOf = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** The operations that `generate.py` is told to write a service's model for. */
function servedByGenerator(service: string): string[] {
  const text = textOf('./generate.py');
  const namesIn = (list: string | undefined): string[] =>
    [...(list ?? '').matchAll(/"(\w+)"/g)].map(([, name]) => name as string);
  const list = new RegExp(`"${service}": \\[([^\\]]+)\\]`).exec(text)?.[1];
  return [...namesIn(list), ...namesIn(/^TAGS = \[(.+)\]$/m.exec(text)?.[1])];
}

/** Labels are written differently; what they stand for is the same. */
const unlabelled = (uri: string): string => uri.replace(/\{[^}]+\}/g, '{}');

describe.each([
  { service: 'chime-sdk-voice', sdk: voiceSdk },
  { service: 'chime-sdk-meetings', sdk: meetingsSdk },
] as const)('the model of $service', ({ service, sdk }) => {
  const model = loadServiceModel(service);
  const operations = operationsOf(sdk);

  it('The model is fresh; otherwise run "npm run generate:models"', () => {
    const release = /^botocore==(\S+)$/m.exec(textOf('./requirements.txt'))?.[1];
    expect(model.source).toContain(`botocore ${release}, `);
    expect(Object.keys(model.operations).sort()).toEqual(servedByGenerator(service).sort());
  });

  it('Every operation of the installed SDK has its method and URI', () => {
    const ours = { ...model.notServed } as Record<string, string[]>;
    for (const [name, { method, uri }] of Object.entries(model.operations)) ours[name] = [method, uri];
    expect(operations.length).toBeGreaterThan(10);
    for (const { name, method, uri } of operations) {
      expect([name, ours[name]?.[0], unlabelled(ours[name]?.[1] ?? '')]).toEqual([
        name,
        method,
        unlabelled(uri),
      ]);
    }
  });

  it('answers each served operation with the status of the installed SDK', () => {
    const statuses = new Map(operations.map(({ name, status }) => [name, status]));
    for (const [name, { status }] of Object.entries(model.operations)) {
      expect([name, status]).toEqual([name, statuses.get(name)]);
    }
  });

  it('names only exceptions that the SDK has classes for', () => {
    for (const name of Object.keys(model.errors)) expect(sdk).toHaveProperty(name);
  });

  it('leads each of its routes to its own operation', () => {
    const table = createOperationRouter(model);
    const all = { ...model.notServed } as Record<string, [string, string]>;
    for (const [name, { method, uri }] of Object.entries(model.operations)) all[name] = [method, uri];
    for (const [name, [method, uri]] of Object.entries(all)) {
      const [path = '', query = ''] = uri.replace(/\{[^}]+\}/g, 'x%2By').split('?');
      const match = table.find(method, path, parseQuery(query));
      expect(match?.operation).toBe(name);
      expect(match?.served).toBe(name in model.operations);
      for (const value of Object.values(match?.labels ?? {})) expect(value).toBe('x+y');
    }
  });

  it('compiles the schema of every input', async () => {
    const inputs = Object.values(model.operations).flatMap(({ input }) => input ?? []);
    await createInputChecker(model).warm(inputs);
  });

  it('holds no documentation', () => {
    expect(JSON.stringify(model)).not.toMatch(/documentation|<p>/);
  });
});

describe('the input checker', () => {
  const checker = createInputChecker(loadServiceModel('chime-sdk-voice'));

  it('The refusal names member and constraint, and repeats nothing sensitive', async () => {
    const violation = await checker.check('UpdateSipMediaApplicationCallRequest', {
      SipMediaApplicationId: 'a',
      TransactionId: 't',
      Arguments: { pin: 12345678 },
    });
    expect(violation).toContain('Arguments.pin must be string');
    expect(violation).not.toContain('12345678');
    expect(await checker.check('ListSipRulesRequest', { MaxResults: 0 })).toBe(
      'MaxResults must be >= 1 (it is 0)',
    );
    expect(await checker.check('UpdateSipRuleRequest', { SipRuleId: 'a' })).toBe('Name is missing');
  });

  it('Unknown members are dropped; every pair of a map is kept', async () => {
    const input = {
      SipMediaApplicationId: 'a',
      TransactionId: 't',
      Arguments: { one: '1', two: '2' },
      Surprise: true,
    };
    expect(await checker.check('UpdateSipMediaApplicationCallRequest', input)).toBeUndefined();
    expect(input).toEqual({
      SipMediaApplicationId: 'a',
      TransactionId: 't',
      Arguments: { one: '1', two: '2' },
    });
  });
});
