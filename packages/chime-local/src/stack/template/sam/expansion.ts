import { isObject } from '#platform';
import { type Template, TemplateError, type TemplateResource } from '../template.ts';

/** What a resource of SAM is while it is taken apart. */
export interface SamResource {
  id: string;
  properties: Record<string, unknown>;
  resource: TemplateResource;
}

export const recordOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

/** Members that are there. */
export const only = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

export const ref = (id: string): object => ({ Ref: id });
export const attribute = (id: string, name: string): object => ({ 'Fn::GetAtt': [id, name] });

/** Letters and digits, for a logical id. */
export const idPart = (text: string): string => text.replace(/[^A-Za-z0-9]/g, '');

/** The template that grows while SAM's resources are taken apart. */
export class Expansion {
  readonly template: Template;
  readonly resources: Record<string, TemplateResource> = {};

  constructor(template: Template) {
    this.template = template;
  }

  /** The alias that SAM publishes of a function, by the function. */
  readonly aliases = new Map<string, string>();

  /** The ARN by which events invoke a function: that of its alias, where it has one. */
  arnOf(functionId: string): object {
    const alias = this.aliases.get(functionId);
    return alias === undefined ? attribute(functionId, 'Arn') : ref(alias);
  }

  add(id: string, Type: string, Properties: Record<string, unknown>, from?: SamResource): void {
    const { Condition, DependsOn, DeletionPolicy, UpdateReplacePolicy } = from?.resource ?? {};
    this.resources[id] = {
      Type,
      Properties: only(Properties),
      ...only({ Condition, DependsOn, DeletionPolicy, UpdateReplacePolicy }),
    };
  }

  /** What goes with a resource, and stands under its condition. */
  addBeside(from: SamResource, id: string, Type: string, Properties: Record<string, unknown>): void {
    const { Condition } = from.resource;
    this.resources[id] = { Type, Properties: only(Properties), ...only({ Condition }) };
  }

  /** @throws TemplateError */
  refuse(from: { id: string; resource: TemplateResource }, why: string): never {
    throw new TemplateError(`${from.id} (${from.resource.Type}): ${why}`);
  }
}
