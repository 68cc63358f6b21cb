import { headerKey } from './header-names.ts';
import { splitList } from './scan.ts';

/** The header fields of a message, in order, looked up by key (see `header-names.ts`). */
export class HeaderList {
  /** Names as they came. */
  readonly names: string[] = [];
  /** Long names in lower case. */
  readonly keys: string[] = [];
  /** Values, unfolded and trimmed. */
  readonly values: string[] = [];

  /** Appends a field. A value with a line end is a fault of the caller: it would forge header fields. */
  add(name: string, value: string): this {
    if (value.includes('\n') || value.includes('\r')) {
      throw new Error(`the value of SIP header ${name} contains a line end; remove it before adding it`);
    }
    this.names.push(name);
    this.keys.push(headerKey(name));
    this.values.push(value);
    return this;
  }

  /** The first field's value. */
  get(key: string): string | undefined {
    const at = this.keys.indexOf(key);
    return at < 0 ? undefined : this.values[at];
  }

  has(key: string): boolean {
    return this.keys.includes(key);
  }

  /** Values of all fields of that name, not split. */
  fields(key: string): string[] {
    const found: string[] = [];
    for (let i = 0; i < this.keys.length; i++) if (this.keys[i] === key) found.push(this.values[i]!);
    return found;
  }

  /** Values of all fields of that name, split at commas: RFC 3261 section 7.3.1 makes both forms the same. */
  list(key: string): string[] {
    const found: string[] = [];
    for (let i = 0; i < this.keys.length; i++) {
      if (this.keys[i] === key) found.push(...splitList(this.values[i]!));
    }
    return found;
  }

  /** Number of fields of that name. */
  count(key: string): number {
    let n = 0;
    for (const other of this.keys) if (other === key) n++;
    return n;
  }

  /** Replaces the first field's value; the field must exist. */
  replaceFirst(key: string, value: string): void {
    const at = this.keys.indexOf(key);
    if (at >= 0) this.values[at] = value;
  }
}
