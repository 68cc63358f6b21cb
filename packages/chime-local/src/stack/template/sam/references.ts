import { isObject } from '#platform';
import type { Template } from '../template.ts';
import { type Expansion, recordOf } from './expansion.ts';

/** SAM specification, "Referenceable properties": the targets of `!Ref Function.Alias` and the like. */
const KINDS = /^(\w+)\.(Alias|Version|Stage|Deployment)$/;
/** The same within the text of `Fn::Sub`. */
const IN_TEXT = /\$\{(\w+)\.(Alias|Version|Stage|Deployment)\}/g;

/** Replaces such references by the logical ids that SAM gave the resources. */
export function withoutSamReferences(template: Template, { aliases, resources }: Expansion): Template {
  const stageOf = (api: string): string | undefined =>
    Object.keys(resources).find((id) => {
      const { Type = '', Properties = {} } = resources[id] ?? {};
      return Type.endsWith('::Stage') && recordOf(Properties.RestApiId ?? Properties.ApiId).Ref === api;
    });
  const idOf = (owner: string, kind: string): string | undefined => {
    if (kind === 'Alias') return aliases.get(owner);
    return kind === 'Stage' ? stageOf(owner) : `${owner}${kind}`;
  };
  const mendedText = (text: string): string =>
    text.replace(IN_TEXT, (whole, owner: string, kind: string) => {
      const id = idOf(owner, kind);
      return id === undefined ? whole : `\${${id}}`;
    });
  const mended = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(mended);
    if (!isObject(value)) return value;
    const sub = value['Fn::Sub'];
    if (typeof sub === 'string') return { 'Fn::Sub': mendedText(sub) };
    if (Array.isArray(sub)) return { 'Fn::Sub': [mendedText(String(sub[0])), ...sub.slice(1).map(mended)] };
    const [, owner = '', kind = ''] = typeof value.Ref === 'string' ? (KINDS.exec(value.Ref) ?? []) : [];
    const id = owner === '' ? undefined : idOf(owner, kind);
    if (id !== undefined) return { Ref: id };
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mended(inner)]));
  };
  return mended(template) as Template;
}
