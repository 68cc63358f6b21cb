import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { Queues } from '#aws';
import { openJournal, silentLog, systemClock, systemIds } from '#platform';
import { queueSettings, startQueueConsumer } from './queue-consumer.ts';

type Invoked = { messageId: string; body: string; messageAttributes: object; attributes: object };

let queues: Queues;
let arn: string;
/** The records of each invocation. */
let invocations: Invoked[][];
beforeEach(() => {
  const owner = { accountId: '000000000000', region: 'us-east-1' };
  queues = new Queues({ journal: openJournal(undefined), clock: systemClock, ids: systemIds, ...owner });
  arn = queues.create('jobs', { VisibilityTimeout: '0' }).arn;
  invocations = [];
});

/** The function answers in the given way. */
function consume(answer: (records: Invoked[]) => unknown, properties: object = {}): void {
  const stop = startQueueConsumer({
    ...queueSettings({ EventSourceArn: arn, FunctionName: 'arn:f', ...properties }),
    queues,
    functions: {
      async invoke(_arn, payload) {
        const { Records } = JSON.parse(payload) as { Records: Invoked[] };
        invocations.push(Records);
        const functionError = answer(Records) === 'fails' ? { functionError: 'Unhandled' } : {};
        return { payload: JSON.stringify(answer(Records) ?? null), ...functionError } as never;
      },
    },
    log: silentLog,
  });
  onTestFinished(() => {
    stop();
    queues.close();
  });
}

const bodies = (): string[] => invocations.flat().map(({ body }) => body);
const untilEmpty = () =>
  expect.poll(() => queues.counts('jobs')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });

it('Messages are passed to the function and deleted after its success', async () => {
  consume(() => (invocations.length === 1 ? 'fails' : undefined));
  queues.send('jobs', { body: 'one' });
  await expect.poll(bodies).toEqual(['one', 'one']);
  await untilEmpty();
});

it("A message's attributes have the names that Lambda gives them", async () => {
  consume(() => undefined);
  const attributes = { Kind: { DataType: 'String', StringValue: 'call' } };
  queues.send('jobs', { body: 'x', attributes, groupId: 'g', deduplicationId: 'd' });
  await untilEmpty();
  const [record] = invocations.flat();
  expect(record?.messageAttributes).toEqual({
    Kind: { dataType: 'String', stringValue: 'call', stringListValues: [], binaryListValues: [] },
  });
  expect(record?.attributes).toMatchObject({ MessageGroupId: 'g', MessageDeduplicationId: 'd' });
});

it('Only messages that the function reports as failed come again', async () => {
  const failures = (records: Invoked[]) =>
    records
      .filter(({ body }) => body === 'bad' && bodies().filter((one) => one === 'bad').length === 1)
      .map(({ messageId }) => ({ itemIdentifier: messageId }));
  for (const body of ['good', 'bad', 'fine']) queues.send('jobs', { body });
  consume((records) => ({ batchItemFailures: failures(records) }), {
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  await expect.poll(bodies).toEqual(['good', 'bad', 'fine', 'bad']);
  await untilEmpty();
});

it('A report that names an unknown message returns the whole batch', async () => {
  queues.send('jobs', { body: 'one' });
  consume(() => ({ batchItemFailures: invocations.length === 1 ? [{ itemIdentifier: '' }] : [] }), {
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  await expect.poll(bodies).toEqual(['one', 'one']);
  await untilEmpty();
});

it('Messages that no filter of the mapping matches are deleted', async () => {
  for (const body of ['{"kind":"call"}', '{"kind":"mail"}', 'text']) queues.send('jobs', { body });
  consume(() => undefined, { FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["call"]}}' }] } });
  await untilEmpty();
  expect(bodies()).toEqual(['{"kind":"call"}']);
});
