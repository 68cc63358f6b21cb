/** For tests: an account whose resources are entries of a list, and in which any call can be made to fail. */
import { openJournal, silentLog, systemIds } from '#platform';
import type { Template } from '#template';
import { CloudFormation } from '../cloudformation.ts';
import {
  type ExistingResource,
  type PhysicalResource,
  ResourceFailure,
  type ResourceProvider,
  type ResourceRequest,
} from '../provider.ts';
import { Shortfalls } from '../shortfalls.ts';
import { StackStore } from '../stack-store.ts';

/**
 * Properties of a `Test::Thing`: `fail` names the calls that fail; `answerId` is the id that an update
 * returns.
 */
interface ThingProperties {
  value?: string;
  name?: string;
  fail?: string[];
  answerId?: string;
  hang?: boolean;
}

export class PretendAccount {
  /** Ids of the existing resources. */
  readonly there = new Set<string>();
  /** The calls `create Id`, `update Id value` and `delete Id`, in the order in which they came. */
  readonly calls: string[] = [];
  readonly cloudFormation: CloudFormation;
  readonly store: StackStore;
  readonly parameters = new Map<string, string>();
  readonly secrets = new Map<string, string>();
  readonly #made = new Map<string, number>();
  #now = Date.parse('2030-01-01T00:00:00Z');

  constructor(journalFile?: string) {
    const journal = openJournal(journalFile);
    this.store = new StackStore(journal);
    const thing = this.#provider('Test::Thing');
    const custom = { ...this.#provider('Custom::Thing'), replacedBy: [] };
    this.cloudFormation = new CloudFormation({
      store: this.store,
      providers: (type) => (type === 'Test::Thing' ? thing : type === 'Custom::Thing' ? custom : undefined),
      clock: { now: () => this.#now++, after: () => () => {} },
      ids: systemIds,
      log: silentLog,
      shortfalls: new Shortfalls(),
      region: 'us-east-1',
      accountId: '000000000000',
      parameterStore: (name) => this.parameters.get(name),
      secret: (name) => this.secrets.get(name),
      adapt: (value) => value,
    });
  }

  /** Creates or updates the stack `s` and waits for the end. @returns its status */
  async deploy(
    resources: Template['Resources'],
    more: { noRollback?: boolean; outputs?: Template['Outputs']; stack?: string } = {},
  ): Promise<string> {
    const template: Template = { Resources: resources, ...(more.outputs ? { Outputs: more.outputs } : {}) };
    const stackName = more.stack ?? 's';
    const request = {
      stackName,
      templateBody: JSON.stringify(template),
      disableRollback: more.noRollback ?? false,
    };
    const { cloudFormation } = this;
    const id = this.store.find(stackName)
      ? cloudFormation.updateStack(request)
      : cloudFormation.createStack(request);
    return (await cloudFormation.settled(id)).status;
  }

  async delete(stackName = 's', retain: string[] = []): Promise<string> {
    const { stackId } = this.cloudFormation.existing(stackName);
    this.cloudFormation.deleteStack(stackName, { retain });
    await new Promise((resolve) => setImmediate(resolve));
    return (await this.cloudFormation.settled(stackId)).status;
  }

  /** The stack's events, starting with number `from`, as `Id STATUS` and the reason. */
  events(from = 0, stackName = 's'): string[] {
    const { stackId } = this.store.all().findLast((stack) => stack.stackName === stackName)!;
    return this.store
      .events(stackId)
      .slice(from)
      .map(({ logicalId, status, reason }) => `${logicalId} ${status}${reason ? `: ${reason.trim()}` : ''}`);
  }

  physicalId(logicalId: string, stackName = 's'): string | undefined {
    return this.store.resource(this.cloudFormation.existing(stackName).stackId, logicalId)?.physicalId;
  }

  #provider(type: string): ResourceProvider {
    const fails = (call: string, { fail = [] }: ThingProperties): void => {
      if (fail.includes(call)) throw new Error(`${call} was refused`);
    };
    const made = (id: string, { value = '' }: ThingProperties): PhysicalResource => ({
      physicalId: id,
      attributes: { Value: value, Arn: `arn:${id}` },
    });
    return {
      types: [type],
      replacedBy: ['name'],
      create: async ({ logicalId, properties, signal }: ResourceRequest) => {
        const id = this.#nextId(logicalId);
        this.calls.push(`create ${id}`);
        if ((properties as ThingProperties).hang) await aborted(signal, id);
        fails('create', properties);
        this.there.add(id);
        if ((properties.fail as string[] | undefined)?.includes('late'))
          throw new ResourceFailure('late was refused', id);
        return made(id, properties);
      },
      update: async ({ properties }: ResourceRequest, existing: ExistingResource) => {
        this.calls.push(`update ${existing.physicalId} ${existing.properties.value}>${properties.value}`);
        fails('update', properties);
        const id = (properties as ThingProperties).answerId ?? existing.physicalId;
        this.there.add(id);
        return made(id, properties);
      },
      delete: async ({ physicalId, properties }: ExistingResource) => {
        this.calls.push(`delete ${physicalId}`);
        fails('delete', properties);
        this.there.delete(physicalId);
      },
    };
  }

  #nextId(logicalId: string): string {
    const count = (this.#made.get(logicalId) ?? 0) + 1;
    this.#made.set(logicalId, count);
    return `${logicalId}-${count}`;
  }
}

function aborted(signal: AbortSignal, id: string): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new ResourceFailure('given up', id)));
  });
}

/** A resource of type `Test::Thing`. */
export const thing = (
  properties: ThingProperties & { ref?: unknown } = {},
  more: Partial<Template['Resources'][string]> = {},
): Template['Resources'][string] =>
  ({ Type: 'Test::Thing', Properties: properties, ...more }) as Template['Resources'][string];
