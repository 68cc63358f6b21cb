/** What stacks ask for and is not carried out here, told in one list. */

/** Kinds of shortfalls, in the order in which they are told. */
const KINDS = {
  type: 'Not carried out here',
  attribute: 'Plausible values stand in for',
  parameter: 'Plausible values stand in for the public parameters',
} as const;

type Kind = keyof typeof KINDS;

export class Shortfalls {
  /** How often each was met since the last list, by kind and name. */
  readonly #met = new Map<Kind, Map<string, number>>();
  readonly #told = new Set<string>();
  #held = 0;

  /** A resource of a type that no provider makes. */
  type(type: string): void {
    this.#note('type', type);
  }

  /** `Fn::GetAtt` of something that this runtime does not know of the type. */
  attribute(logicalId: string, type: string, name: string): void {
    this.#note('attribute', `${logicalId}.${name} (${type})`);
  }

  /** A parameter of AWS's own, e.g. the newest machine image. */
  parameter(name: string): void {
    this.#note('parameter', name);
  }

  /** Tells nothing until it is released, so that several stacks make one list. */
  hold(): void {
    this.#held += 1;
  }

  release(tell: (line: string) => void): void {
    this.#held -= 1;
    this.tell(tell);
  }

  /** A line for each kind; each thing once in the life of the runtime. */
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
