import type { BuildOptions } from 'esbuild';
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

/** A source and how it is bundled. */
export interface SourceBuild {
  /** `index.js` or `index.mjs`. */
  outputName: string;
  /** Absolute path of the entry's source. */
  entry: string;
  /** The folder in which it is bundled. */
  root: string;
  /** Packages that are left out of it, because Lambda's runtime has them. */
  external: string[];
  /** Names and lines stay readable. */
  readable?: boolean;
  /** What else the project asks of esbuild. */
  options?: Pick<BuildOptions, 'loader' | 'mainFields' | 'define' | 'target' | 'banner'>;
}

/** One entry of `<stack>.assets.json`: where the CDK app put a file or folder that a resource names. */
export interface FileAsset {
  /** Absolute. */
  path: string;
  packaging: 'file' | 'zip';
  /** As resources name it: the object key in the bootstrap bucket. */
  objectKey: string;
  /** It is what the developer edits, not a copy of it. */
  isSource?: true;
  /** Of a template: what it says, where it is not as it lies on disk. */
  text?: string;
  /** Code that is bundled here from its source; `path` is then the folder of the source. */
  build?: SourceBuild;
}

/** What synthesis left behind for one stack. */
export interface SynthesisedStack {
  stackName: string;
  template: Template;
  /** By object key and by asset hash. */
  assets: Map<string, FileAsset>;
  /** Values of the template's parameters, where they are not the defaults. */
  parameters?: Readonly<Record<string, string>>;
  /** Sentences for the person at the terminal, told when the stack is carried out. */
  notices?: readonly string[];
}

/** The template asks for something that this runtime cannot build, or names something that is not there. */
export class TemplateError extends UserError {
  override name = 'TemplateError';
}
