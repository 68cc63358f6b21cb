import { describe, expect, it } from 'vitest';
import type { ResourceRequest } from '#cloudformation';
import type { ProviderServices } from './services.ts';
import { storageProviders } from './storage.ts';

describe('tables', () => {
  it('Tables accept capacities that the template writes as strings', async () => {
    const asked: unknown[] = [];
    const services = {
      home: { region: 'us-east-1', accountId: '000000000000' },
      tables: {
        call: async (operation: string, input: object) => {
          if (operation === 'CreateTable') asked.push(input);
          return {};
        },
      },
    } as unknown as ProviderServices;
    const provider = storageProviders(services).find(({ types }) => types.includes('AWS::DynamoDB::Table'));
    const ProvisionedThroughput = { ReadCapacityUnits: '5', WriteCapacityUnits: '6' };
    const properties = {
      TableName: 'guests',
      ProvisionedThroughput,
      GlobalSecondaryIndexes: [{ IndexName: 'byName', ProvisionedThroughput }],
    };
    await provider?.create({ properties } as unknown as ResourceRequest);
    const numbers = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 };
    expect(asked).toEqual([
      {
        TableName: 'guests',
        ProvisionedThroughput: numbers,
        GlobalSecondaryIndexes: [{ IndexName: 'byName', ProvisionedThroughput: numbers }],
      },
    ]);
  });
});
