import { expect, it } from 'vitest';
import type { OrderClaim } from '../tables/index.ts';
import { type Ports, updateCall } from './update-call.ts';

const TRANSACTION = '0b7c3f7e-5d1a-4c7e-9d0e-1f2a3b4c5d6e';

/** Orders in memory. That the real table gives an order to only one of many is covered by its own test. */
function world() {
  let order: { state: string; updateId: string; acceptedAt: string } | undefined;
  let ids = 0;
  const calls: string[] = [];
  const ports: Ports = {
    updateCall: async (_transactionId, { updateId = '' }) => {
      calls.push(updateId);
      await new Promise((resolve) => setImmediate(resolve));
      return { accepted: true };
    },
    recordAccepted: async () => undefined,
    claimOrder: async (_orderId, { updateId }): Promise<OrderClaim> => {
      if (order?.state === 'accepted') return { kind: 'accepted', ...order };
      if (order) return { kind: 'underWay' };
      order = { state: 'sending', updateId, acceptedAt: '' };
      return { kind: 'mine', updateId };
    },
    acceptOrder: async (_orderId, acceptedAt) => {
      if (order) order = { ...order, state: 'accepted', acceptedAt };
    },
    openOrder: async () => undefined,
    wait: () => new Promise((resolve) => setImmediate(resolve)),
    removeRow: async () => undefined,
    newUpdateId: () => {
      ids += 1;
      return `update-${ids}`;
    },
    now: () => 1_700_000_000_123,
    warn: () => undefined,
  };
  const body = JSON.stringify({
    transactionId: TRANSACTION,
    updateInfo: 'PlayAudio',
    orderId: 'an-order-of-a-page',
  });
  return { calls, give: () => updateCall({ body, isBase64Encoded: false }, ports) };
}

it('An order is carried out once, however often it is sent', async () => {
  const { calls, give } = world();
  const answers = await Promise.all(Array.from({ length: 1_000 }, give));
  answers.push(await give());
  expect(calls).toHaveLength(1);
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]));
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
});
