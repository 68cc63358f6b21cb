import { expect, it } from 'vitest';
import { RestApiRegistry, ROOT_RESOURCE } from './rest-api-registry.ts';

it("A method's path is found by its resources in any order", () => {
  const registry = new RestApiRegistry();
  const methods = () => registry.build({ accountId: '0', region: 'r' })[0]?.methods;
  registry.put('api', 'methods', 'm', { resourceId: 'inner', method: 'GET', functionArn: 'arn:f' });
  registry.put('api', 'resources', 'inner', { parentId: 'outer', pathPart: '{id}' });
  expect(methods()).toEqual([]);
  registry.put('api', 'resources', 'outer', { parentId: ROOT_RESOURCE, pathPart: 'calls' });
  registry.put('api', 'stages', 's', 'prod');
  expect(methods()).toEqual([{ method: 'GET', path: '/calls/{id}', functionArn: 'arn:f' }]);
  expect(registry.url('http://here')).toBe('http://here/apis/api/prod');
  registry.put('api', 'methods', 'm', undefined);
  expect(methods()).toEqual([]);
});
