import { expect, it } from 'vitest';
import { EventBuses, Secrets } from '#aws';
import type { ResourceRequest } from '#cloudformation';
import { openJournal, silentLog, systemClock, systemIds } from '#platform';
import { secretAndBusProviders } from './secrets.ts';
import type { ProviderServices } from './services.ts';

const common = {
  journal: openJournal(undefined),
  clock: systemClock,
  ids: systemIds,
  accountId: '000000000000',
  region: 'us-east-1',
};

it('A secret is given, or generated as JSON with a password', async () => {
  const secrets = new Secrets(common);
  const [provider] = secretAndBusProviders({ secrets } as unknown as ProviderServices);
  const create = (properties: object) =>
    provider!.create({ properties, newName: () => 'made' } as unknown as ResourceRequest);
  const { physicalId } = await create({ Name: 'api/key', SecretString: 'known' });
  expect(secrets.value('api/key').version.text).toBe('known');
  const generated = {
    SecretStringTemplate: '{"user":"ann"}',
    GenerateStringKey: 'password',
    PasswordLength: '12',
    ExcludePunctuation: 'true',
  };
  await create({ GenerateSecretString: generated });
  const text = secrets.value('made').version.text ?? '';
  expect(JSON.parse(text)).toEqual({ user: 'ann', password: expect.stringMatching(/^[A-Za-z0-9]{12}$/) });
  await provider!.delete?.({ physicalId } as never, {} as ResourceRequest);
  expect(secrets.find('api/key')).toBeUndefined();
});

it('An event bus of a template is created and deleted', async () => {
  const eventBuses = new EventBuses({ ...common, log: silentLog, deliver: () => {} } as never);
  const provider = secretAndBusProviders({ eventBuses } as unknown as ProviderServices)[1];
  const request = { properties: { Name: 'orders' }, newName: () => 'made' } as unknown as ResourceRequest;
  const { physicalId, attributes } = await provider!.create(request);
  expect(attributes).toMatchObject({ Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/orders' });
  expect(eventBuses.buses()).toContain('orders');
  await provider!.delete?.({ physicalId } as never, request);
  expect(eventBuses.buses()).toEqual(['default']);
});
