/** What `chime-local.config.ts` (or `.js`, `.mjs`, `.json`) holds. Paths are relative to the file's folder. */
export interface ChimeLocalConfig {
  $schema?: string;
  /** Files of `NAME=value` lines that every function has in its environment. */
  environmentFiles?: string[];
  /** Functions, by name. */
  functions: Record<string, FunctionConfig>;
  /** Buckets, by name. `folder`: its files are the objects, empty when left out; `endings`: only files that end so, e.g. `.wav`. */
  buckets?: Record<string, { folder?: string; endings?: string[] }>;
  /** DynamoDB tables, by name. */
  tables?: Record<string, TableConfig>;
  /** SQS queues, by name. */
  queues?: Record<string, QueueConfig>;
  /** Parameters of Systems Manager, by name. */
  parameters?: Record<string, string>;
  /**
   * SIP media applications, by name; `function` is one of `functions`, `keys` what callers press: the phone of the page has a
   * button for each, e.g. `{ name: 'PIN', keys: '1234' }`.
   */
  sipMediaApplications: Record<string, { function: string; keys?: { name: string; keys: string }[] }>;
  /** The SIP media application that answers each number (E.164). An application without a number gets one. */
  numbers?: Record<string, string>;
  /** SIP rules beyond those that `numbers` makes. */
  rules?: RuleConfig[];
  /** What the test party does, by number or what numbers begin with: `busy`, or `ring 2; answer; say Hello; hangup`. */
  parties?: Record<string, string>;
  /** Files of bots for StartBotConversation and the Lex V2 runtime. */
  bots?: string[];
}

export interface FunctionConfig {
  /** The file with the handler, or its folder. */
  source: string;
  /** The exported function. Default: the first of `handler`, `lambdaHandler`, `lambda_handler` and the default export. */
  handler?: string;
  /** Lambda's name of the runtime, e.g. `nodejs22.x`. Default: by the source's ending. */
  runtime?: string;
  environment?: Record<string, string>;
  environmentFiles?: string[];
  timeoutSeconds?: number;
  memoryMegabytes?: number;
}

export interface KeyConfig {
  name: string;
  /** `S`: string (default), `N`: number, `B`: binary. */
  type?: 'S' | 'N' | 'B';
}

export interface TableConfig {
  partitionKey: KeyConfig;
  sortKey?: KeyConfig;
  /** Global secondary indexes, with all attributes. */
  indexes?: { name: string; partitionKey: KeyConfig; sortKey?: KeyConfig }[];
  /** The attribute with the time at which an item expires, seconds since 1970. */
  timeToLive?: string;
  /** Items that the table begins with, as plain JSON; written again when they change. */
  items?: Record<string, unknown>[];
}

export interface QueueConfig {
  /** The function that receives its messages, one of `functions`. */
  function?: string;
  batchSize?: number;
  visibilityTimeoutSeconds?: number;
}

export interface RuleConfig {
  name: string;
  number: string;
  sipMediaApplication: string;
  disabled?: boolean;
}

/** Gives a `chime-local.config.ts` the type of its value, for completion and checks; returns the value itself. */
export const defineConfig = (config: ChimeLocalConfig): ChimeLocalConfig => config;
