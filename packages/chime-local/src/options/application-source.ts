/** What a start is told of the application. */
export interface ApplicationSource {
  /** A folder or file, whatever it is. */
  path?: string;
  /** A cloud assembly (`cdk.out`). */
  assembly?: string;
  /** A template of CloudFormation or SAM, YAML or JSON. */
  template?: string;
  /** A `chime-local.config.*`, as a file or as a value. */
  config?: string | object;
  /** Of the template. */
  parameters?: Readonly<Record<string, string>>;
  /** Folders by the names of their buckets, for a handler that names them. */
  buckets?: Readonly<Record<string, string>>;
}

/** True when something says which application to run. */
export const namesApplication = (source: ApplicationSource): boolean =>
  [source.path, source.assembly, source.template, source.config].some((given) => given !== undefined);
