import { expect, it } from 'vitest';
import { loadServiceModel } from '../model/service-model.ts';
import type { AwsRequest } from '../ports.ts';
import { createRestApi } from './rest-api.ts';

const model = loadServiceModel('chime-sdk-voice');
const everyHandler = Object.fromEntries(
  Object.keys(model.operations).map((name) => [
    name.charAt(0).toLowerCase() + name.slice(1),
    () => undefined,
  ]),
);

it('An operation of the model without a handler is named', () => {
  const { createSipRule: _, ...handlers } = everyHandler;
  expect(() => createRestApi({ model, handlers })).toThrow('createSipRule without a handler');
});

it('A handler for an operation outside the model is named', () => {
  const handlers = { ...everyHandler, createVoiceProfile: () => undefined };
  expect(() => createRestApi({ model, handlers })).toThrow('serves no createVoiceProfile');
});

it('Members that are null are left out at any depth', async () => {
  const seen: unknown[] = [];
  const handlers = { ...everyHandler, putVoiceConnectorTermination: (input: never) => void seen.push(input) };
  const api = createRestApi({ model, handlers });
  const VoiceConnectorId = 'a'.repeat(22);
  const rawPath = `/voice-connectors/${VoiceConnectorId}/termination`;
  const body = JSON.stringify({ Termination: { CpsLimit: null, CallingRegions: ['US'] } });
  const response = { writeHead: () => {}, end: () => {} };
  const request = { body: Buffer.from(body), caller: { arn: '' }, response } as unknown as AwsRequest;
  await api.run(api.find('PUT', rawPath, new Map())!, request, new Map());
  expect(seen).toEqual([{ VoiceConnectorId, Termination: { CallingRegions: ['US'] } }]);
});
