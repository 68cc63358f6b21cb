import { expect, it } from 'vitest';
import { ApiRegistry } from '#web';
import { apiProviders } from './api-resources.ts';
import type { ProviderServices } from './services.ts';

it('Throttles of a stage and its routes are removed with the stage', async () => {
  const apis = new ApiRegistry('http://127.0.0.1:1');
  apis.putApi('a', undefined);
  const services = { ids: { hex: () => '0' }, hosted: { apis } } as unknown as ProviderServices;
  const stage = apiProviders(services).find(({ types }) => types.includes('AWS::ApiGatewayV2::Stage'));
  const properties = {
    ApiId: 'a',
    StageName: '$default',
    DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: '100' },
    RouteSettings: { 'POST /x': { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 }, 'POST /y': {} },
  };
  const built = () => apis.build({ accountId: '0', region: 'us-east-1' })[0]?.api;
  const request = { properties, newName: () => 'x' } as never;
  await stage?.create(request);
  expect(built()).toMatchObject({
    throttle: { rateLimit: 50, burstLimit: 100 },
    routeThrottles: { 'POST /x': { rateLimit: 1, burstLimit: 2 } },
  });
  expect(built()?.routeThrottles).not.toHaveProperty('POST /y');
  await stage?.delete?.({ properties } as never, request);
  expect(built()).not.toHaveProperty('throttle');
  await stage?.restore?.({ properties } as never, request);
  expect(built()?.throttle?.rateLimit).toBe(50);
});
