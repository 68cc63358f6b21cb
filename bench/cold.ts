import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { awsConfig, RunningStack } from '#testkit';
import { descendants, ForeignLoad, sleep } from './machine.ts';
import type { Figure } from './report.ts';
import { sippFailures } from './sipp.ts';

const SECTION = 'A burst on a stack that has just started: 1,600 calls at 200/s, with the handler';
const CALLS = { count: 1_600, rate: 200, holdMs: 3_000 };
/** Milliseconds after the last call for what is still in progress. */
const AFTERWARDS_MS = 5_000;

/** How many calls fail, and what they leave in the table of callers. */
export async function coldFigures(): Promise<Figure[]> {
  const stack = await RunningStack.start();
  try {
    const { sip, phoneNumber } = stack.endpoints;
    const foreign = new ForeignLoad(() => [stack.pid, ...descendants(stack.pid)]);
    const failed = await sippFailures({ port: sip.port, to: phoneNumber, ...CALLS });
    await sleep(AFTERWARDS_MS);
    const figure = { section: SECTION, foreignCores: foreign.cores() };
    return [
      { ...figure, what: 'calls that failed', value: failed, unit: 'calls', beside: 'aim 0' },
      { ...figure, what: 'rows that are left', value: await rowsOf(stack), unit: 'rows', beside: 'aim 0' },
    ];
  } finally {
    await stack.stop();
  }
}

/** Number of rows in the table of those who are in meetings. */
async function rowsOf(stack: RunningStack): Promise<number> {
  const tables = new DynamoDBClient(awsConfig(stack));
  const { TableNames = [] } = await tables.send(new ListTablesCommand({}));
  const TableName = TableNames.find((name) => name.includes('meetingInfo'));
  const { Count = 0 } = await tables.send(new ScanCommand({ TableName, Select: 'COUNT' }));
  tables.destroy();
  return Count;
}
