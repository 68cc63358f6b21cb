import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endedUpdate, join, plantTones, RunningStack, rowOf, type Telephone } from '#testkit';

const CALLER = '+15557776001';
/** How many times one order is sent at once. */
const TIMES = { Node: 1_000, Python: 200 } as const;
const PATIENCE_MS = 600_000;

let stack: RunningStack;
let phone: Telephone;
let transactionId: string;

beforeAll(async () => {
  stack = await RunningStack.start();
  await plantTones(stack);
  phone = await join(stack, CALLER);
  ({ transactionId } = await rowOf(stack, CALLER));
});

afterAll(async () => {
  phone?.close();
  await stack?.stop();
});

/** The update events that the call has received so far. */
const updateEvents = () =>
  stack.output.split('\n').filter((line) => line.includes(CALLER) && line.includes('CALL_UPDATE_REQUESTED'))
    .length;

/** Sends an order and closes the connection before the answer can arrive. */
function sendAndLeave(route: string, body: string): Promise<void> {
  const { hostname, port } = new URL(stack.endpoints.api);
  const socket = connect(Number(port), hostname);
  const lines = [
    `POST ${route} HTTP/1.1`,
    `Host: ${hostname}`,
    `Authorization: ${stack.endpoints.apiAuthorization}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ];
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.write(lines.join('\r\n'), () => setTimeout(() => socket.destroy(), 5));
  });
}

/** Sends an order until there is an answer: with a thousand connections at once, some may be refused. */
async function sendUntilAnswered(route: string, order: unknown): Promise<{ status: number; body: unknown }> {
  for (let tries = 1; ; tries++) {
    try {
      return await stack.post(route, order);
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

describe.each(['Node', 'Python'] as const)('an order of the %s twin', (via) => {
  const route = `/updateCall${via}`;

  it('An order whose answer was lost is carried out once', async () => {
    const before = updateEvents();
    const order = { transactionId, updateInfo: 'MuteAttendee', orderId: randomUUID() };
    await sendAndLeave(route, JSON.stringify(order));
    const again = await stack.post(route, order);
    expect(again.status).toBe(202);
    const { updateId } = again.body as { updateId: string };
    expect(await endedUpdate(stack, updateId)).toMatchObject({ status: 'done' });
    const later = await stack.post(route, order);
    expect(later).toMatchObject({ status: 202, body: { updateId } });
    await expect.poll(updateEvents).toBe(before + 1);
  });

  it('The same order many times at once has one effect', { timeout: PATIENCE_MS }, async () => {
    const before = updateEvents();
    const order = { transactionId, updateInfo: 'UnmuteAttendee', orderId: randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: TIMES[via] }, () => sendUntilAnswered(route, order)),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    const ids = new Set(accepted.map(({ body }) => (body as { updateId: string }).updateId));
    expect(ids.size).toBe(1);
    // A refused request may be repeated: the page does so by itself.
    expect(answers.filter(({ status }) => ![202, 429, 503].includes(status))).toEqual([]);
    const [updateId = ''] = ids;
    expect(await endedUpdate(stack, updateId)).toMatchObject({ status: 'done' });
    const { Updates } = await stack.queryMeetings();
    expect(Updates.filter((record) => record.updateInfo === 'UnmuteAttendee' && record.endedAt)).toHaveLength(
      via === 'Node' ? 1 : 2,
    );
    await expect.poll(updateEvents).toBe(before + 1);
    expect(phone.ended).toBe(false);
  });
});
