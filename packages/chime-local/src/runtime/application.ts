/** What an application is given to make its cloud assembly. */
export interface AssemblyRequest {
  region: string;
  accountId: string;
  /** Prints a step of longer work for the person who waits. */
  progress(text: string): void;
  /** Aborted when the person stops the start. */
  signal: AbortSignal;
}

/** The running stack, as `onReady` is given it. */
export interface ReadyStack {
  /** Address of the HTTP API, without a slash at the end. */
  apiUrl: string;
  /** Value of the `authorization` header that the API accepts; empty when it has no authorizer. */
  authorization: string;
  /** True when the API has the route, e.g. `POST /queryMeetings`. */
  hasRoute(route: string): boolean;
}

/** What an application adds to the result of a start. */
export interface ReadyNotes {
  /** Rows that are printed below the number to dial. */
  rows: { name: string; value: string }[];
  /**
   * Keys that callers press, as a PIN: `{ name: 'PIN', keys: '48151623' }`. The telephone in the page has a button for each.
   * Digits, `*` and `#`; they are in no log and no record.
   */
  keys?: { name: string; keys: string }[];
  /** Members that are added to the endpoints file. */
  endpoints: Record<string, string>;
}

/**
 * An application that runs on this runtime: where its stack comes from, and what it adds to a start. The runtime
 * itself knows nothing of the application's meetings, routes or pages.
 */
export interface Application {
  /** The module that exports this value, absolute, the export's name, and the command that replays calls: for tests of its calls. */
  tests?: { file: string; name: string; replay: string };
  /** Makes the cloud assembly, or finds it in a cache; resolves with its folder. */
  assembly(request: AssemblyRequest): Promise<string>;
  /** Routes whose functions `onReady` invokes: their processes start while telephony does. */
  warmRoutes?(firstStart: boolean): readonly string[];
  /** Called once, when the stack is built and telephones may call. */
  onReady?(stack: ReadyStack): Promise<ReadyNotes>;
}
