import { UserError } from '#platform';

/** A synthesised CloudFormation template, as far as this runtime reads it. */
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
  Condition?: string;
  Metadata?: Record<string, unknown>;
}

export interface Template {
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: unknown; Description?: string }>;
  Parameters?: Record<string, { Type?: string; Default?: unknown }>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Conditions?: Record<string, unknown>;
}

/** One entry of `<stack>.assets.json`: where the CDK app put a file or folder that a resource names. */
export interface FileAsset {
  /** Absolute. */
  path: string;
  packaging: 'file' | 'zip';
  /** As resources name it: the object key in the bootstrap bucket. */
  objectKey: string;
}

/** What synthesis left behind for one stack. */
export interface SynthesisedStack {
  stackName: string;
  template: Template;
  /** By object key and by asset hash. */
  assets: Map<string, FileAsset>;
}

/** The template asks for something that this runtime cannot build, or names something that is not there. */
export class TemplateError extends UserError {
  override name = 'TemplateError';
}
