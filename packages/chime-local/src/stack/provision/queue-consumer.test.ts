import { expect, it, onTestFinished } from 'vitest';
import { Queues } from '#aws';
import { openJournal, silentLog, systemClock, systemIds } from '#platform';
import { startQueueConsumer } from './queue-consumer.ts';

it('Messages are passed to the function and deleted after its success', async () => {
  const owner = { accountId: '000000000000', region: 'us-east-1' };
  const queues = new Queues({
    journal: openJournal(undefined),
    clock: systemClock,
    ids: systemIds,
    ...owner,
  });
  const { arn } = queues.create('jobs', { VisibilityTimeout: '0' });
  const bodies: string[] = [];
  let fails = true;
  const stop = startQueueConsumer({
    queues,
    functions: {
      async invoke(_arn, payload) {
        const { Records } = JSON.parse(payload) as { Records: { body: string }[] };
        bodies.push(...Records.map(({ body }) => body));
        const failed = fails;
        fails = false;
        return { payload: 'null', ...(failed ? { functionError: 'Unhandled' as const } : {}) } as never;
      },
    },
    log: silentLog,
    sourceArn: arn,
    functionArn: 'arn:f',
    batchSize: 10,
  });
  onTestFinished(() => {
    stop();
    queues.close();
  });
  queues.send('jobs', { body: 'one' });
  await expect.poll(() => bodies).toEqual(['one', 'one']);
  await expect.poll(() => queues.counts('jobs')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
});
