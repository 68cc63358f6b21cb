import { expect, it } from 'vitest';
import { createDeliveries, Queues } from '#aws';
import type { ResourceRequest } from '#cloudformation';
import { openJournal, silentLog, systemClock, systemIds } from '#platform';
import { messagingProviders } from './messaging.ts';
import type { ProviderServices } from './services.ts';

const owner = { accountId: '000000000000', region: 'us-east-1' };
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:news';

it("A queue's policy of the template lets a topic send to it", async () => {
  const queues = new Queues({
    journal: openJournal(undefined),
    clock: systemClock,
    ids: systemIds,
    ...owner,
  });
  const { arn } = queues.create('jobs');
  const other = queues.create('other');
  const deliveries = createDeliveries({ queues, accountId: owner.accountId, log: silentLog } as never);
  const provider = messagingProviders({ queues, home: owner } as unknown as ProviderServices).find(
    ({ types }) => types.includes('AWS::SQS::QueuePolicy'),
  );
  const arrived = (to: string): number => {
    deliveries.toQueue(to, { body: 'x' }, { principal: 'sns.amazonaws.com', arn: TOPIC });
    return queues.counts(to).visible;
  };
  const PolicyDocument = {
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: '*',
      Condition: { ArnEquals: { 'aws:SourceArn': TOPIC } },
    },
  };
  const policyOf = (name: string) => ({
    properties: { Queues: [`https://sqs.us-east-1.amazonaws.com/000000000000/${name}`], PolicyDocument },
    newName: () => 'made',
  });
  const [ofJobs, ofOther] = [policyOf('jobs'), policyOf('other')] as unknown as ResourceRequest[];
  expect(arrived(arn)).toBe(0);
  const existing = { ...ofJobs, ...(await provider!.create(ofJobs!)) } as never;
  expect(arrived(arn)).toBe(1);
  await provider!.update?.(ofOther!, existing);
  expect([arrived(arn), arrived(other.arn)]).toEqual([1, 1]);
  await provider!.delete?.({ ...(existing as object), ...ofOther } as never, ofOther!);
  expect(arrived(other.arn)).toBe(1);
});
