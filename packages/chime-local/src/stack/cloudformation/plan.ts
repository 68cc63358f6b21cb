/** Determines what an update would change before it changes anything. */
import { isDeepStrictEqual } from 'node:util';
import type { TemplateResource } from '#template';
import { creationOrder, dependenciesOf, type ResolutionScope, resolveValue } from '#template';
import type { StackContext } from './context.ts';
import { exportsOf } from './exports.ts';
import type { Change, ResourceRecord, StackInput, StackRecord } from './records.ts';
import { isCustomType, stackScope } from './scope.ts';

/** A placeholder for a resource's value, which is not known yet. */
const reference = (id: string, attribute = ''): string => `\u0000${id}\u0001${attribute}\u0002`;
const REFERENCES = /\u0000([A-Za-z0-9]+)\u0001([^\u0002]*)\u0002/g;

type Entry = { resource: TemplateResource; properties: Record<string, unknown> };

/** The template's resources with everything resolved except the values of other resources. */
function entriesOf(context: StackContext, stack: StackRecord, input: StackInput): Map<string, Entry> {
  const real = stackScope(context, stack, input, new Map(), (name) => importedOrUnknown(context, name));
  const scope: ResolutionScope = {
    ...real,
    ref: (id) => (input.template.Resources[id] ? reference(id) : undefined),
    attribute: (id, name) => (input.template.Resources[id] ? reference(id, name) : undefined),
    dynamic: (name) => dynamicOrUnknown(real, name),
  };
  const order = creationOrder(dependenciesOf(input.template));
  const entries = new Map<string, Entry>();
  for (const id of order) {
    const resource = input.template.Resources[id] as TemplateResource;
    if (resource.Condition && !scope.conditions[resource.Condition]) continue;
    const properties = resolveValue(resource.Properties ?? {}, scope) as Record<string, unknown>;
    entries.set(id, { resource, properties });
  }
  for (const { Value, Condition } of Object.values(input.template.Outputs ?? {})) {
    if (!Condition || scope.conditions[Condition]) resolveValue(Value, scope);
  }
  return entries;
}

/**
 * The exported value or a placeholder: an import without an export fails only when its resource is created.
 */
const importedOrUnknown = (context: StackContext, name: string): string =>
  exportsOf(context.store).find((candidate) => candidate.name === name)?.value ?? reference('import', name);

/**
 * A value or a placeholder: the template itself may create the parameter or the secret, so it is resolved
 * later.
 */
function dynamicOrUnknown({ dynamic }: ResolutionScope, name: string): unknown {
  try {
    return dynamic?.(name) ?? reference('dynamic', name);
  } catch {
    return reference('dynamic', name);
  }
}

/** What a change of one resource means for the resources that refer to it. */
type Ripple = 'replaced' | 'modified';

export class Planner {
  readonly #context: StackContext;

  constructor(context: StackContext) {
    this.#context = context;
  }

  /** The changes in the order of creation, removals last. @throws TemplateError */
  plan(stack: StackRecord, input: StackInput): Change[] {
    const { store } = this.#context;
    const previous = store.input(stack.stackId);
    const live = new Map(store.resources(stack.stackId).map((record) => [record.logicalId, record]));
    const before =
      previous && live.size > 0 ? entriesOf(this.#context, stack, previous) : new Map<string, Entry>();
    const after = entriesOf(this.#context, stack, input);
    const ripples = new Map<string, Ripple>();
    const changes: Change[] = [];
    for (const [id, entry] of after) {
      const record = live.get(id);
      const change = record
        ? this.#modification(id, record, before.get(id), entry, ripples)
        : ({
            action: 'Add',
            logicalId: id,
            type: entry.resource.Type,
            scope: [],
            properties: [],
          } satisfies Change);
      if (!change) continue;
      changes.push(change);
      if (change.action === 'Add' || change.replacement === 'True') ripples.set(id, 'replaced');
      else if (change.scope.includes('Properties')) ripples.set(id, 'modified');
    }
    for (const record of [...live.values()].reverse()) {
      if (after.has(record.logicalId)) continue;
      const { logicalId, physicalId, type } = record;
      changes.push({ action: 'Remove', logicalId, physicalId, type, scope: [], properties: [] });
    }
    return changes;
  }

  #modification(
    id: string,
    record: ResourceRecord,
    before: Entry | undefined,
    after: Entry,
    ripples: ReadonlyMap<string, Ripple>,
  ): Change | undefined {
    const properties = this.#changedProperties(record, before, after, ripples);
    const scope: Change['scope'] = properties.length > 0 ? ['Properties'] : [];
    for (const part of ['Metadata', 'DeletionPolicy', 'UpdateReplacePolicy'] as const) {
      if (before && !isDeepStrictEqual(before.resource[part], after.resource[part])) scope.push(part);
    }
    const failed = record.status.endsWith('_FAILED');
    if (scope.length === 0 && !failed) return undefined;
    const always = properties.some(
      ({ recreation, evaluation }) => recreation === 'Always' && evaluation === 'Static',
    );
    const maybe = properties.some(({ recreation }) => recreation !== 'Never');
    const other = record.type !== after.resource.Type || record.status === 'CREATE_FAILED';
    const replacement = always || other ? 'True' : maybe ? 'Conditional' : 'False';
    const { physicalId } = record;
    return {
      action: 'Modify',
      logicalId: id,
      physicalId,
      type: after.resource.Type,
      replacement,
      scope,
      properties,
    };
  }

  #changedProperties(
    record: ResourceRecord,
    before: Entry | undefined,
    after: Entry,
    ripples: ReadonlyMap<string, Ripple>,
  ): Change['properties'] {
    const names = new Set([...Object.keys(before?.properties ?? {}), ...Object.keys(after.properties)]);
    return [...names].flatMap((name): Change['properties'] => {
      const recreation = this.#recreation(record.type, name);
      if (!isDeepStrictEqual(before?.properties[name], after.properties[name])) {
        return [{ name, recreation, evaluation: 'Static' }];
      }
      if (!refersToChanged(after.properties[name], ripples)) return [];
      return [{ name, recreation, evaluation: 'Dynamic' }];
    });
  }

  #recreation(type: string, name: string): 'Never' | 'Always' | 'Conditionally' {
    const provider = this.#context.providers(type);
    if (!provider) return 'Never';
    if (isCustomType(type)) return 'Conditionally';
    return provider.replacedBy === 'all' || provider.replacedBy.includes(name) ? 'Always' : 'Never';
  }
}

/**
 * Whether a value refers to a changed resource. `Ref` and ARNs change on replacement only; other attributes
 * may change on any update.
 */
function refersToChanged(value: unknown, ripples: ReadonlyMap<string, Ripple>): boolean {
  if (ripples.size === 0) return false;
  for (const [, id, attribute] of JSON.stringify(value ?? null)
    .replaceAll('\\u0000', '\u0000')
    .replaceAll('\\u0001', '\u0001')
    .replaceAll('\\u0002', '\u0002')
    .matchAll(REFERENCES)) {
    const ripple = ripples.get(id ?? '');
    if (ripple === 'replaced') return true;
    if (ripple === 'modified' && attribute && !/Arn$|Id$/.test(attribute)) return true;
  }
  return false;
}
