/** What a test in another language and the calls that it makes say to each other: a JSON document a line, both ways. */

/** What the test asks for. Each is answered, with the same `id`, before the next one is asked. */
export interface Request {
  id: number;
  /** `open`, `dial`, `call`, `look`, `items`, `replay`, `reset`, `close`, or what is done to or expected of a call. */
  do: string;
  /** Which call, by its place. */
  call?: number;
  with?: Record<string, unknown>;
}

/** What the test is told. */
export type Message =
  | { id: number; answer: unknown }
  /** `expectation`: what was expected of the call did not come; `mistake`: the test itself is wrong. */
  | { id: number; error: { kind: 'expectation' | 'mistake'; text: string } }
  /** The handler is the test's own: it is asked, and says `{ told, response }` or `{ told, error }`. */
  | { ask: number; event: unknown };

/** What a handler of the test has answered. */
export interface Told {
  told: number;
  response?: unknown;
  error?: string;
}
