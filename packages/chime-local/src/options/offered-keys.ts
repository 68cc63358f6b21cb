/** Keys that callers of an application press, and what they are: its PIN, for instance. */
export interface OfferedKeys {
  name: string;
  /** Digits, `*` and `#`. */
  keys: string;
}
