/** Where the application of a start comes from. */
export interface ApplicationSource {
  /** A folder or file of any kind. */
  path?: string;
  /** A cloud assembly (`cdk.out`). */
  assembly?: string;
  /** A template of CloudFormation or SAM, YAML or JSON. */
  template?: string;
  /** A `chime-local.config.*`, as a file or as a value. */
  config?: string | object;
  /** Parameters of the template. */
  parameters?: Readonly<Record<string, string>>;
  /** Folders by bucket name, for a handler that names buckets. */
  buckets?: Readonly<Record<string, string>>;
}

/** True if the source names an application to run. */
export const namesApplication = (source: ApplicationSource): boolean =>
  [source.path, source.assembly, source.template, source.config].some((given) => given !== undefined);
