/** The protocol between a test in another language and the process that makes its calls: one JSON document per line. */

/** A request of the test. Each is answered, with the same `id`, before the next one is sent. */
export interface Request {
  id: number;
  /**
   * `open`, `dial`, `call`, `look`, `items`, `replay`, `reset`, `close`, or the name of an act on a call or
   * an expectation.
   */
  do: string;
  /** Number of the application, which the test chooses; 0 by default. */
  application?: number;
  /** Numbers of applications that the test no longer uses. */
  forget?: number[];
  /** Index of the call among those of the application. */
  call?: number;
  with?: Record<string, unknown>;
}

/** A message to the test. */
export type Message =
  | { id: number; answer: unknown }
  /** `expectation`: an expectation of the call was not met; `mistake`: the test itself is wrong. */
  | { id: number; error: { kind: 'expectation' | 'mistake'; text: string } }
  /** An event for the application's handler in the test, which replies `{ told, response }` or `{ told, error }`. */
  | { ask: number; application: number; event: unknown };

/** The answer of the test's own handler. */
export interface Told {
  told: number;
  response?: unknown;
  error?: string;
}
