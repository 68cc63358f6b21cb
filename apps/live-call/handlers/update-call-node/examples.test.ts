import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { answerHttp } from '../http/index.ts';
import { type OrderClaim, UPDATE_ID } from '../tables/index.ts';
import { updateCall, type VoiceAnswer } from './update-call.ts';

interface Example {
  about: string;
  request: { body: unknown; isBase64Encoded?: boolean };
  /** `accepts`, or the error's name. */
  voiceApi: string;
  recordFails?: boolean;
  /** The outcomes of claiming the order, one after the other; the last one is repeated. */
  claims?: OrderClaim[];
  expect: {
    status: number;
    body: unknown;
    calls: unknown[];
    records: unknown[];
    removedRows: string[];
    /** What was done about the order. */
    orders?: string[];
  };
}

const EXAMPLES = join(dirname(fileURLToPath(import.meta.url)), '../../contract/examples/update-call');
const NOW = 1_700_000_000_123;
const FILLED: Record<string, string> = {
  '<updateId>': '01HF7YAT3VEXAMP1EXAMP1EXAM',
  '<time>': '2023-11-14T22:13:20.123Z',
  '<via>': 'node',
};

function filled<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value).replace(/<(updateId|time|via)>/g, (name) => FILLED[name] ?? name),
  ) as T;
}

const files = readdirSync(EXAMPLES).filter((name) => name.endsWith('.json'));

describe('the TypeScript twin keeps to the examples', () => {
  it('There are examples of updates', () => expect(files.length).toBeGreaterThan(10));

  it.each(files)('The TypeScript twin agrees with the example %s', async (file) => {
    const example = JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8')) as Example;
    const calls: unknown[] = [];
    const records: unknown[] = [];
    const removedRows: string[] = [];
    const orders: string[] = [];
    const claims = filled(example.claims ?? []);
    const answer: VoiceAnswer =
      example.voiceApi === 'accepts' ? { accepted: true } : { accepted: false, code: example.voiceApi };
    const ports = {
      updateCall: async (TransactionId: string, Arguments: Record<string, string>) => {
        calls.push({ TransactionId, Arguments });
        return answer;
      },
      recordAccepted: async (update: unknown) => {
        if (example.recordFails) throw new Error('the table is gone');
        records.push(JSON.parse(JSON.stringify(update)));
      },
      claimOrder: async (orderId: string) => {
        orders.push(`claim ${orderId}`);
        return (claims.length > 1 ? claims.shift() : claims[0]) as OrderClaim;
      },
      acceptOrder: async (orderId: string, acceptedAt: string) => {
        orders.push(`accepted ${orderId} ${acceptedAt}`);
      },
      openOrder: async (orderId: string) => {
        orders.push(`open ${orderId}`);
      },
      wait: async (milliseconds: number) => {
        orders.push(`wait ${milliseconds}`);
      },
      removeRow: async (transactionId: string) => {
        removedRows.push(transactionId);
      },
      newUpdateId: () => FILLED['<updateId>'] ?? '',
      now: () => NOW,
      warn: () => undefined,
    };
    const { body } = example.request;
    const request = {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      isBase64Encoded: example.request.isBase64Encoded ?? false,
    };
    const response = await answerHttp(() => updateCall(request, ports), ports.warn);
    const expected = filled(example.expect);
    expect(response.statusCode).toBe(expected.status);
    expect(JSON.parse(response.body)).toEqual(expected.body);
    const timed = expected.status === 202 && expected.calls.length > 0;
    expect(response.headers?.['server-timing']).toBe(
      timed ? 'order;dur=0, voice;dur=0, record;dur=0' : undefined,
    );
    expect({ calls, records, removedRows, orders }).toEqual({
      calls: expected.calls,
      records: expected.records,
      removedRows: expected.removedRows,
      orders: expected.orders ?? [],
    });
  });

  it("The handler accepts the ids' format", () => expect(FILLED['<updateId>']).toMatch(UPDATE_ID));
});
