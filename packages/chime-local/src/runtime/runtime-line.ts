/** A line of the runtime, or of one of its functions. */
export interface RuntimeLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  /** The part that reports, e.g. `sip`; `function NAME` for what a function printed; empty for a step of the start. */
  source: string;
  text: string;
}
