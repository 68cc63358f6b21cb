import { type Template, TemplateError } from './template.ts';

/** Collects the logical ids that a value refers to. */
function references(value: unknown, known: ReadonlySet<string>, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) references(item, known, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'Ref' && typeof inner === 'string') found.add(inner);
    else if (key === 'Fn::GetAtt')
      found.add(String(Array.isArray(inner) ? inner[0] : String(inner).split('.')[0]));
    else if (key === 'Fn::Sub') {
      const text = String(Array.isArray(inner) ? inner[0] : inner);
      for (const [, name] of text.matchAll(/\$\{([^!}.]+)[^}]*\}/g)) if (name) found.add(name);
      references(inner, known, found);
    } else references(inner, known, found);
  }
}

/**
 * Logical ids so that each comes after what it refers to or depends on.
 * @throws TemplateError for a circle, naming it.
 */
export function creationOrder(template: Template): string[] {
  const known = new Set(Object.keys(template.Resources));
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string, trail: string[]): void => {
    if (state.get(id) === 'done') return;
    if (state.get(id) === 'open') {
      throw new TemplateError(`Resources depend on each other in a circle: ${[...trail, id].join(' -> ')}.`);
    }
    state.set(id, 'open');
    const resource = template.Resources[id];
    const needs = new Set<string>([resource?.DependsOn ?? []].flat());
    references(resource?.Properties, known, needs);
    for (const need of needs) if (known.has(need) && need !== id) visit(need, [...trail, id]);
    state.set(id, 'done');
    order.push(id);
  };
  for (const id of known) visit(id, []);
  return order;
}
