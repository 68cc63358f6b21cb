import type { BuildOptions } from 'esbuild';
import { UserError } from '#platform';

/** What happens to a resource that is removed from its stack. User Guide, "DeletionPolicy attribute". */
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

/** The parts of a CloudFormation template that this runtime reads. */
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

/** A source and its bundling options. */
export interface SourceBuild {
  /** `index.js` or `index.mjs`. */
  outputName: string;
  /** Absolute path of the entry's source. */
  entry: string;
  /** The folder in which it is bundled. */
  root: string;
  /** Packages that are left out of the bundle because Lambda's runtime has them. */
  external: string[];
  /** Whether names and lines stay readable, i.e. the code is not minified. */
  readable?: boolean;
  /** The project's other options for esbuild. */
  options?: Pick<BuildOptions, 'loader' | 'mainFields' | 'define' | 'target' | 'banner'>;
}

/** One entry of `<stack>.assets.json`: a file or folder of the CDK app that a resource names. */
export interface FileAsset {
  /** Absolute path. */
  path: string;
  packaging: 'file' | 'zip';
  /** The object key in the bootstrap bucket, by which resources name it. */
  objectKey: string;
  /** The path is what the developer edits, not a copy. */
  isSource?: true;
  /** A template's text if it differs from the file on disk. */
  text?: string;
  /** Code that is bundled here from its source; `path` is then the source's folder. */
  build?: SourceBuild;
}

/** The result of synthesis for one stack. */
export interface SynthesisedStack {
  stackName: string;
  template: Template;
  /** By object key and by asset hash. */
  assets: Map<string, FileAsset>;
  /** Values of the template's parameters that differ from the defaults. */
  parameters?: Readonly<Record<string, string>>;
  /** Sentences for the user, printed when the stack is applied. */
  notices?: readonly string[];
}

/**
 * The template requests something that this runtime cannot create, or names something that does not exist.
 */
export class TemplateError extends UserError {
  override name = 'TemplateError';
}
