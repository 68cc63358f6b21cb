import { headerKey } from './header-names.ts';
import { splitList } from './scan.ts';

/** The header fields of a message, in order, looked up by key (see `header-names.ts`). */
export class HeaderList {
  /** Names as they were written. */
  readonly names: string[] = [];
  /** Long names in lower case. */
  readonly keys: string[] = [];
  /** Values, unfolded and trimmed. */
  readonly values: string[] = [];

  /** Appends a field. The value must not contain a line end, which would allow forged header fields. */
  add(name: string, value: string): this {
    if (value.includes('\n') || value.includes('\r')) {
      throw new Error(`the value of SIP header ${name} contains a line end; remove it before adding it`);
    }
    this.names.push(name);
    this.keys.push(headerKey(name));
    this.values.push(value);
    return this;
  }

  /** The value of the first field with this key. */
  get(key: string): string | undefined {
    const at = this.keys.indexOf(key);
    return at < 0 ? undefined : this.values[at];
  }

  has(key: string): boolean {
    return this.keys.includes(key);
  }

  /** The values of all fields with this key, not split. */
  fields(key: string): string[] {
    const found: string[] = [];
    for (let i = 0; i < this.keys.length; i++) if (this.keys[i] === key) found.push(this.values[i]!);
    return found;
  }

  /**
   * The values of all fields with this key, split at commas (RFC 3261 section 7.3.1: both forms are
   * equivalent).
   */
  list(key: string): string[] {
    const found: string[] = [];
    for (let i = 0; i < this.keys.length; i++) {
      if (this.keys[i] === key) found.push(...splitList(this.values[i]!));
    }
    return found;
  }

  /** The number of fields with this key. */
  count(key: string): number {
    let n = 0;
    for (const other of this.keys) if (other === key) n++;
    return n;
  }

  /** Replaces the value of the first field with this key, if there is one. */
  replaceFirst(key: string, value: string): void {
    const at = this.keys.indexOf(key);
    if (at >= 0) this.values[at] = value;
  }
}
