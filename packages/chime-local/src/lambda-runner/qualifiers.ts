/** Lambda's name for code that is not a published version. */
export const LATEST = '$LATEST';

/** Versions and aliases of functions, which follow the function's name in a qualified ARN. */
export class Qualifiers {
  /** By function: the version that each qualifier stands for. */
  readonly #versions = new Map<string, Map<string, string>>();

  /** Sets a qualifier; `version` undefined removes it. */
  set(functionName: string, qualifier: string, version: string | undefined): void {
    const known = this.#versions.get(functionName) ?? new Map<string, string>();
    if (version === undefined) known.delete(qualifier);
    else known.set(qualifier, version);
    this.#versions.set(functionName, known);
  }

  forget(functionName: string): void {
    this.#versions.delete(functionName);
  }

  /** The version that the qualifier stands for; undefined if there is no such version or alias. */
  versionOf(functionName: string, qualifier: string): string | undefined {
    return qualifier === LATEST ? LATEST : this.#versions.get(functionName)?.get(qualifier);
  }
}
