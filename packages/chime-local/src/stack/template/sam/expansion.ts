import { isObject } from '#platform';
import { type Template, TemplateError, type TemplateResource } from '../template.ts';

/** A SAM resource while it is expanded. */
export interface SamResource {
  id: string;
  properties: Record<string, unknown>;
  resource: TemplateResource;
}

export const recordOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

/** The members that are not undefined. */
export const only = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

export const ref = (id: string): object => ({ Ref: id });
export const attribute = (id: string, name: string): object => ({ 'Fn::GetAtt': [id, name] });

/** The resource with the given condition, if there is one, in place of its own. */
export const onCondition = (from: SamResource, Condition: string | undefined): SamResource =>
  Condition === undefined ? from : { ...from, resource: { ...from.resource, Condition } };

/** The letters and digits of a text, for a logical id. */
export const idPart = (text: string): string => text.replace(/[^A-Za-z0-9]/g, '');

/** The logical id that SAM gives the stage of an API: without the name where that is an intrinsic function. */
export const stageIdOf = (apiId: string, stage: unknown): string =>
  `${apiId}${typeof stage === 'string' ? idPart(stage) : ''}Stage`;

/** Collects the template's resources while SAM's are expanded. */
export class Expansion {
  readonly template: Template;
  readonly resources: Record<string, TemplateResource> = {};

  constructor(template: Template) {
    this.template = template;
  }

  /** The alias that SAM publishes for a function, by the function's id. */
  readonly aliases = new Map<string, string>();

  /** The ARN by which events invoke a function: its alias's if it has one, otherwise its own. */
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

  /** Adds an accompanying resource, which has the same condition. */
  addBeside(from: SamResource, id: string, Type: string, Properties: Record<string, unknown>): void {
    const { Condition } = from.resource;
    this.resources[id] = { Type, Properties: only(Properties), ...only({ Condition }) };
  }

  /** @throws TemplateError */
  refuse(from: { id: string; resource: TemplateResource }, why: string): never {
    throw new TemplateError(`${from.id} (${from.resource.Type}): ${why}`);
  }
}
