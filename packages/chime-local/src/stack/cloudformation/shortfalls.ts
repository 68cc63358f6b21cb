/** Collects what stacks request but is not emulated, and reports it in one list. */

/** Kinds of shortfalls, in the order in which they are reported. */
const KINDS = {
  type: 'Not carried out here',
  attribute: 'Plausible values stand in for',
  parameter: 'Plausible values stand in for the public parameters',
} as const;

type Kind = keyof typeof KINDS;

export class Shortfalls {
  /** How often each was found since the last report, by kind and name. */
  readonly #met = new Map<Kind, Map<string, number>>();
  readonly #told = new Set<string>();
  #held = 0;

  /** Notes a resource whose type has no provider. */
  type(type: string): void {
    this.#note('type', type);
  }

  /** Notes a `Fn::GetAtt` of an attribute that this runtime does not know. */
  attribute(logicalId: string, type: string, name: string): void {
    this.#note('attribute', `${logicalId}.${name} (${type})`);
  }

  /** Notes a public parameter of AWS, e.g. the latest machine image. */
  parameter(name: string): void {
    this.#note('parameter', name);
  }

  /** Delays reports until `release`, so that several stacks share one list. */
  hold(): void {
    this.#held += 1;
  }

  release(tell: (line: string) => void): void {
    this.#held -= 1;
    this.tell(tell);
  }

  /** Reports one line per kind; each thing is reported once in the life of the runtime. */
  tell(tell: (line: string) => void): void {
    if (this.#held > 0) return;
    for (const kind of Object.keys(KINDS) as Kind[]) {
      const found = [...(this.#met.get(kind) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      const names = found.map(([name, times]) =>
        kind === 'type' && times > 1 ? `${name} (${times})` : name,
      );
      if (names.length > 0) tell(`${KINDS[kind]}: ${names.join(', ')}.`);
      for (const [name] of found) this.#told.add(`${kind} ${name}`);
    }
    this.#met.clear();
  }

  #note(kind: Kind, name: string): void {
    if (this.#told.has(`${kind} ${name}`)) return;
    const names = this.#met.get(kind) ?? new Map<string, number>();
    this.#met.set(kind, names.set(name, (names.get(name) ?? 0) + 1));
  }
}
