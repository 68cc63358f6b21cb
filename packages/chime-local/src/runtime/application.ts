/** The parameters for making an application's cloud assembly. */
export interface AssemblyRequest {
  region: string;
  accountId: string;
  /** Shows the user a step of longer work. */
  progress(text: string): void;
  /** Aborted if the user stops the start. */
  signal: AbortSignal;
}

/** The running stack, as passed to `onReady`. */
export interface ReadyStack {
  /** Address of the HTTP API, without a trailing slash. */
  apiUrl: string;
  /** Value of the `authorization` header that the API accepts; empty if it has no authorizer. */
  authorization: string;
  /** Whether the API has the route, e.g. `POST /queryMeetings`. */
  hasRoute(route: string): boolean;
}

/** What an application adds to the output of a start. */
export interface ReadyNotes {
  /** Rows printed below the number to dial. */
  rows: { name: string; value: string }[];
  /**
   * Keys that callers press, such as a PIN: `{ name: 'PIN', keys: '48151623' }`. The phone page has a button
   * for each. Only digits, `*` and `#`. They appear in no log and no record.
   */
  keys?: { name: string; keys: string }[];
  /** Members added to the endpoints file. */
  endpoints: Record<string, string>;
}

/**
 * An application that runs on this runtime: where its stack comes from, and what it adds to a start. The runtime
 * itself knows nothing of the application's meetings, routes or pages.
 */
export interface Application {
  /**
   * For tests of its calls: the module that exports this value (absolute path), the name of the export, and the
   * command that replays calls.
   */
  tests?: { file: string; name: string; replay: string };
  /** Makes the cloud assembly or finds it in a cache; resolves with its folder. */
  assembly(request: AssemblyRequest): Promise<string>;
  /** Routes whose functions `onReady` invokes; their processes are started while telephony starts. */
  warmRoutes?(firstStart: boolean): readonly string[];
  /** Called once the stack is built and telephones can call. */
  onReady?(stack: ReadyStack): Promise<ReadyNotes>;
}
