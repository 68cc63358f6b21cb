import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResourceFailure, type ResourceRequest } from '#cloudformation';
import { systemClock, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import { AnswerInboxes } from './answer-inboxes.ts';
import { customResourceProvider } from './custom-resource.ts';

type Event = Record<string, unknown> & { ResponseURL: string; RequestType: string };

/** A provider whose function is `handle`; `events` collects the events that it received. */
function providerOf(handle: (event: Event) => Promise<unknown> | unknown, clock = systemClock) {
  const events: Event[] = [];
  const provider = customResourceProvider({
    async invoke(_arn, payload) {
      const event = JSON.parse(payload) as Event;
      events.push(event);
      const result = await handle(event);
      return (result ?? { payload: 'null' }) as { payload: string; functionError?: string };
    },
    clock,
    ids: systemIds,
    answers,
  });
  return { provider, events };
}

const answers = new AnswerInboxes('us-east-1');
/** Stands for the emulated AWS, to which functions' connections to the URL's host are redirected. */
const server = createServer((request, response) => {
  answers.take('cloudformation-custom-resource-response-useast1.s3.amazonaws.com', request, response);
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

const urlHere = ({ ResponseURL }: Event): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}${new URL(ResponseURL).pathname}`;
const answer = (event: Event, body: object) =>
  fetch(urlHere(event), { method: 'PUT', body: JSON.stringify(body) }).then(() => undefined);

const request = (properties: object = {}, signal = new AbortController().signal): ResourceRequest => ({
  stackId: 'arn:stack',
  stackName: 's',
  logicalId: 'Thing',
  type: 'Custom::Thing',
  properties: { ServiceToken: 'arn:fn', ...properties },
  tags: [],
  newName: () => 's-Thing-INVENTED',
  signal,
});
const existing = (properties: object, physicalId = 'id-1') => ({
  logicalId: 'Thing',
  type: 'Custom::Thing',
  physicalId,
  attributes: {},
  properties: { ServiceToken: 'arn:fn', ...properties },
});

describe('custom resources', () => {
  it('The function creates the resource and sees all values as strings', async () => {
    const { provider, events } = providerOf((event) =>
      answer(event, { Status: 'SUCCESS', PhysicalResourceId: 'id-1', Data: { Name: 'x' } }),
    );
    const made = await provider.create(request({ Flag: true, Count: [1, { of: 2 }] }));
    expect(made).toEqual({ physicalId: 'id-1', attributes: { Name: 'x' } });
    expect(events[0]).toMatchObject({
      RequestType: 'Create',
      StackId: 'arn:stack',
      LogicalResourceId: 'Thing',
      ResourceType: 'Custom::Thing',
      ResourceProperties: { ServiceToken: 'arn:fn', Flag: 'true', Count: ['1', { of: '2' }] },
    });
    expect(events[0]).not.toHaveProperty('PhysicalResourceId');
  });

  it('A function that returns after its answer leaves no timer behind', async () => {
    const clock = new ScriptedClock();
    let returned = (): void => {};
    const { provider } = providerOf(async (event) => {
      await answer(event, { Status: 'SUCCESS', PhysicalResourceId: 'id-1' });
      await new Promise<void>((resolve) => {
        returned = resolve;
      });
    }, clock);
    await provider.create(request());
    returned();
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.pending).toBe(0);
  });

  it('An update has old and new properties, a delete has the id', async () => {
    const { provider, events } = providerOf((event) => answer(event, { Status: 'SUCCESS' }));
    await expect(provider.update?.(request({ V: 2 }), existing({ V: 1 }))).resolves.toMatchObject({
      physicalId: 'id-1',
    });
    await provider.delete?.(existing({ V: 2 }), request({ V: 2 }));
    expect(events).toMatchObject([
      {
        RequestType: 'Update',
        PhysicalResourceId: 'id-1',
        OldResourceProperties: { V: '1' },
        ResourceProperties: { V: '2' },
      },
      { RequestType: 'Delete', PhysicalResourceId: 'id-1', ResourceProperties: { V: '2' } },
    ]);
  });

  it('A failure gives the reason and the id to delete', async () => {
    const told = providerOf((event) =>
      answer(event, { Status: 'FAILED', Reason: 'no stock', PhysicalResourceId: 'half' }),
    );
    await expect(told.provider.create(request())).rejects.toMatchObject({
      message: expect.stringContaining('Message returned: no stock'),
      physicalId: 'half',
    });
    const threw = providerOf(() => ({ payload: '{"errorType":"Error"}', functionError: 'Unhandled' }));
    const failure = await threw.provider.create(request()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ResourceFailure);
    expect(failure).toMatchObject({
      message: expect.stringContaining('its function failed'),
      physicalId: 's-Thing-INVENTED',
    });
  });

  it('The operation fails if no answer comes in time', async () => {
    const clock = new ScriptedClock();
    const { provider, events } = providerOf(() => new Promise(() => {}), clock);
    const failing = provider.create(request({ ServiceTimeout: '60' })).catch((error: Error) => error);
    await expect.poll(() => events).toHaveLength(1);
    clock.advance(60_000);
    expect(await failing).toMatchObject({ message: expect.stringContaining('did not receive a response') });
  });

  it('A custom resource is cancelled with its operation', async () => {
    const abort = new AbortController();
    const { provider, events } = providerOf(() => new Promise(() => {}));
    const failing = provider.create(request({}, abort.signal)).catch((error: unknown) => error);
    await expect.poll(() => events).toHaveLength(1);
    abort.abort();
    expect(await failing).toBeInstanceOf(ResourceFailure);
  });

  it('Overlong answers and changed service tokens are refused', async () => {
    const { provider } = providerOf((event) =>
      answer(event, { Status: 'SUCCESS', Data: { long: 'x'.repeat(5000) } }),
    );
    await expect(provider.create(request())).rejects.toThrow('Response object is too long.');
    await expect(provider.update?.(request({ ServiceToken: 'other' }), existing({}))).rejects.toThrow(
      'Modifying service token is not allowed.',
    );
  });
});
