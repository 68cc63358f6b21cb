import { cbor } from '@smithy/core/cbor';
import { expect, it } from 'vitest';
import { silentLog } from '#platform';
import { ask, askForm, askJson } from '../testing/ask.ts';
import { createCloudWatch } from './index.ts';

const cloudWatch = createCloudWatch({ log: silentLog });
const INPUT = { Namespace: 'calls', MetricData: [{ MetricName: 'answered', Value: 1 }] };
const inCbor = (operation: string) =>
  ask(cloudWatch, {
    rawPath: `/service/GraniteServiceVersion20100801/operation/${operation}`,
    headers: { 'smithy-protocol': 'rpc-v2-cbor' },
    body: cbor.serialize(INPUT),
    protocol: 'cbor',
  });

it('takes metrics in each of its protocols', async () => {
  const answers = [
    await inCbor('PutMetricData'),
    await askJson(cloudWatch, 'PutMetricData', INPUT),
    await askForm(cloudWatch, 'PutMetricData', { Namespace: 'calls' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
});

it('refuses another operation by its name in CBOR', async () => {
  const { status, json } = await inCbor('GetMetricData');
  expect([status, json.__type]).toEqual([400, 'UnknownOperationException']);
});
