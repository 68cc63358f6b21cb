/** What Lambda calls the code that is no published version. */
export const LATEST = '$LATEST';

/** Versions and aliases of functions: what follows the function's name in a qualified ARN. */
export class Qualifiers {
  /** The version that each stands for, by function. */
  readonly #versions = new Map<string, Map<string, string>>();

  /** `version` undefined: the qualifier is no more. */
  set(functionName: string, qualifier: string, version: string | undefined): void {
    const known = this.#versions.get(functionName) ?? new Map<string, string>();
    if (version === undefined) known.delete(qualifier);
    else known.set(qualifier, version);
    this.#versions.set(functionName, known);
  }

  forget(functionName: string): void {
    this.#versions.delete(functionName);
  }

  /** Undefined: there is no such version or alias. */
  versionOf(functionName: string, qualifier: string): string | undefined {
    return qualifier === LATEST ? LATEST : this.#versions.get(functionName)?.get(qualifier);
  }
}
