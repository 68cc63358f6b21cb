/** A line printed by the runtime or by one of its functions. */
export interface RuntimeLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  /** The part that reports, e.g. `sip`; `function NAME` for a function's output; empty for a step of the start. */
  source: string;
  text: string;
}
