import { expect, it } from 'vitest';
import { loadServiceModel } from '../model/service-model.ts';
import { createRestApi } from './rest-api.ts';

const model = loadServiceModel('chime-sdk-voice');
const everyHandler = Object.fromEntries(
  Object.keys(model.operations).map((name) => [
    name.charAt(0).toLowerCase() + name.slice(1),
    () => undefined,
  ]),
);

it('names an operation that the model serves and nobody handles', () => {
  const { createSipRule: _, ...handlers } = everyHandler;
  expect(() => createRestApi({ model, handlers })).toThrow('createSipRule without a handler');
});

it('names a handler whose operation the model does not serve', () => {
  const handlers = { ...everyHandler, createVoiceProfile: () => undefined };
  expect(() => createRestApi({ model, handlers })).toThrow('serves no createVoiceProfile');
});
