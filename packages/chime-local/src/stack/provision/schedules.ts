/** Schedules of EventBridge Scheduler, and their groups. */
import { readSchedule } from '#aws';
import type { ResourceProvider } from '#cloudformation';
import { type ProviderServices, textOf } from './services.ts';

/** Scheduler's limit for the length of a name, in characters. */
const MAX_NAME = 64;

type Properties = Record<string, unknown>;

export function scheduleProviders({ schedules }: ProviderServices): ResourceProvider[] {
  const groupOf = (properties: Properties): string | undefined =>
    properties.GroupName === undefined ? undefined : textOf(properties.GroupName);
  const put = (name: string, properties: Properties, how: 'create' | 'update') => {
    const { arn } = schedules.put(readSchedule(name, properties), how);
    return { physicalId: name, attributes: { Arn: arn } };
  };
  const schedule: ResourceProvider = {
    types: ['AWS::Scheduler::Schedule'],
    replacedBy: ['Name'],
    nameProperty: 'Name',
    create: async ({ properties, newName }) =>
      put(textOf(properties.Name) || newName(MAX_NAME), properties, 'create'),
    update: async ({ properties }, { physicalId }) => put(physicalId, properties, 'update'),
    async delete({ physicalId, properties }) {
      const isThere = schedules.list(groupOf(properties)).some(({ name }) => name === physicalId);
      if (isThere) schedules.delete(physicalId, groupOf(properties));
    },
  };
  const group: ResourceProvider = {
    types: ['AWS::Scheduler::ScheduleGroup'],
    replacedBy: ['Name'],
    nameProperty: 'Name',
    async create({ properties, newName }) {
      const name = textOf(properties.Name) || newName(MAX_NAME);
      schedules.createGroup(name);
      return { physicalId: name, attributes: { Arn: schedules.groupArn(name), State: 'ACTIVE' } };
    },
    update: async (_request, existing) => existing,
    async delete({ physicalId }) {
      if (schedules.hasGroup(physicalId)) schedules.deleteGroup(physicalId);
    },
  };
  return [schedule, group];
}
