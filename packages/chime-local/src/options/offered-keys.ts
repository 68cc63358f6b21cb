/** Keys for callers of an application to press, and what they are: its PIN, for instance. */
export interface OfferedKeys {
  name: string;
  /** The keys: digits, `*` and `#`. */
  keys: string;
}
