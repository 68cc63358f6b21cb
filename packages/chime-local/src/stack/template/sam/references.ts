import { isObject } from '#platform';
import type { Template } from '../template.ts';
import type { Expansion } from './expansion.ts';

/** SAM specification, "Referenceable properties": the targets of `!Ref Function.Alias` and the like. */
const KINDS = /^(\w+)\.(Alias|Version|Stage|Deployment)$/;

/** Replaces such references by the logical ids that SAM gave the resources. */
export function withoutSamReferences(template: Template, { aliases, resources }: Expansion): Template {
  const stageOf = (api: string): string | undefined =>
    Object.keys(resources).find((id) => id.startsWith(api) && /::Stage$/.test(resources[id]?.Type ?? ''));
  const idOf = (owner: string, kind: string): string | undefined => {
    if (kind === 'Alias') return aliases.get(owner);
    return kind === 'Stage' ? stageOf(owner) : `${owner}${kind}`;
  };
  const mended = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(mended);
    if (!isObject(value)) return value;
    const [, owner = '', kind = ''] = typeof value.Ref === 'string' ? (KINDS.exec(value.Ref) ?? []) : [];
    const id = owner === '' ? undefined : idOf(owner, kind);
    if (id !== undefined) return { Ref: id };
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mended(inner)]));
  };
  return mended(template) as Template;
}
