import { UserError } from '#platform';

/** What happens to a resource that leaves its stack. User Guide, "DeletionPolicy attribute". */
export type RemovalPolicy = 'Delete' | 'Retain' | 'RetainExceptOnCreate' | 'Snapshot';

/** One entry of `Resources`. */
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
  Condition?: string;
  Metadata?: Record<string, unknown>;
  DeletionPolicy?: RemovalPolicy;
  UpdateReplacePolicy?: RemovalPolicy;
}

/** One entry of `Parameters`. User Guide, "Parameters section structure". */
export interface TemplateParameter {
  Type?: string;
  Default?: unknown;
  NoEcho?: boolean | string;
  Description?: string;
  AllowedValues?: unknown[];
  AllowedPattern?: string;
  ConstraintDescription?: string;
  MinLength?: number | string;
  MaxLength?: number | string;
  MinValue?: number | string;
  MaxValue?: number | string;
}

/** One entry of `Outputs`. */
export interface TemplateOutput {
  Value: unknown;
  Description?: string;
  Condition?: string;
  Export?: { Name: unknown };
}

/** One entry of `Rules`. */
export interface TemplateRule {
  RuleCondition?: unknown;
  Assertions?: { Assert: unknown; AssertDescription?: string }[];
}

/** A CloudFormation template, as far as this runtime reads it. */
export interface Template {
  AWSTemplateFormatVersion?: string;
  Description?: string;
  Metadata?: Record<string, unknown>;
  Transform?: unknown;
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, TemplateOutput>;
  Parameters?: Record<string, TemplateParameter>;
  Rules?: Record<string, TemplateRule>;
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
