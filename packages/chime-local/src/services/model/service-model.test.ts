import { readFileSync } from 'node:fs';
import * as meetingsSdk from '@aws-sdk/client-chime-sdk-meetings';
import * as voiceSdk from '@aws-sdk/client-chime-sdk-voice';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../front/query-string.ts';
import { createInputChecker } from './input-checker.ts';
import { createOperationRouter } from './operation-router.ts';
import { loadServiceModel } from './service-model.ts';

/**
 * An operation in the SDK's schema: `[9, namespace, name, { http: [method, uri, status] }, input, output]`.
 */
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

/** The operations of a service for which `generate.py` writes the model. */
function servedByGenerator(service: string): string[] {
  const text = textOf('./generate.py');
  const namesIn = (list: string | undefined): string[] =>
    [...(list ?? '').matchAll(/"(\w+)"/g)].map(([, name]) => name as string);
  const list = new RegExp(`"${service}": \\[([^\\]]+)\\]`).exec(text)?.[1];
  return [...namesIn(list), ...namesIn(/^TAGS = \[(.+)\]$/m.exec(text)?.[1])];
}

/** Removes the names of labels, which may differ between the two models. */
const unlabelled = (uri: string): string => uri.replace(/\{[^}]+\}/g, '{}');

describe.each([
  { service: 'chime-sdk-voice', sdk: voiceSdk },
  { service: 'chime-sdk-meetings', sdk: meetingsSdk },
] as const)('the model of $service', ({ service, sdk }) => {
  const model = loadServiceModel(service);
  const operations = operationsOf(sdk);

  it('The model is up to date; otherwise run "npm run generate:models"', () => {
    const release = /^botocore==(\S+)$/m.exec(textOf('./requirements.txt'))?.[1];
    expect(model.source).toContain(`botocore ${release}, `);
    expect(Object.keys(model.operations).sort()).toEqual(servedByGenerator(service).sort());
  });

  it('The model has the method and URI of every SDK operation', () => {
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

  it('The success status of each served operation matches the SDK', () => {
    const statuses = new Map(operations.map(({ name, status }) => [name, status]));
    for (const [name, { status }] of Object.entries(model.operations)) {
      expect([name, status]).toEqual([name, statuses.get(name)]);
    }
  });

  it('Every exception in the model has a class in the SDK', () => {
    for (const name of Object.keys(model.errors)) expect(sdk).toHaveProperty(name);
  });

  it('Each route leads to its own operation', () => {
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

  it('The schema of every input compiles', async () => {
    const inputs = Object.values(model.operations).flatMap(({ input }) => input ?? []);
    await createInputChecker(model).warm(inputs);
  });

  it('The model contains no documentation', () => {
    expect(JSON.stringify(model)).not.toMatch(/documentation|<p>/);
  });
});

describe('the input checker', () => {
  const checker = createInputChecker(loadServiceModel('chime-sdk-voice'));

  it('A refusal names member and constraint but repeats nothing sensitive', async () => {
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

  it('Unknown members are dropped; every entry of a map is kept', async () => {
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
