import { type Template, TemplateError } from './template.ts';

/** Collects the logical ids that a value refers to. */
function references(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) references(item, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'Ref' && typeof inner === 'string') found.add(inner);
    else if (key === 'Fn::GetAtt')
      found.add(String(Array.isArray(inner) ? inner[0] : String(inner).split('.')[0]));
    else if (key === 'Fn::Sub') {
      const text = String(Array.isArray(inner) ? inner[0] : inner);
      for (const [, name] of text.matchAll(/\$\{([^!}.]+)[^}]*\}/g)) if (name) found.add(name.trim());
      references(inner, found);
    } else references(inner, found);
  }
}

/** For each resource, the ids that must exist before it: those that it refers to or depends on. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/** @throws TemplateError that names the cycle if there is one */
export function dependenciesOf(template: Template): Dependencies {
  const known = new Set(Object.keys(template.Resources));
  const dependencies = new Map<string, Set<string>>();
  for (const [id, resource] of Object.entries(template.Resources)) {
    const needs = new Set<string>([resource.DependsOn ?? []].flat());
    references(resource.Properties, needs);
    dependencies.set(id, new Set([...needs].filter((need) => known.has(need) && need !== id)));
  }
  creationOrder(dependencies);
  return dependencies;
}

/**
 * Sorts the logical ids so that each comes after those that it needs.
 * @throws TemplateError that names the cycle if there is one
 */
export function creationOrder(dependencies: Dependencies): string[] {
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string, trail: string[]): void => {
    if (state.get(id) === 'done') return;
    if (state.get(id) === 'open') {
      throw new TemplateError(`Circular dependency between resources: [${[...trail, id].join(' -> ')}]`);
    }
    state.set(id, 'open');
    for (const need of dependencies.get(id) ?? []) visit(need, [...trail, id]);
    state.set(id, 'done');
    order.push(id);
  };
  for (const id of dependencies.keys()) visit(id, []);
  return order;
}
