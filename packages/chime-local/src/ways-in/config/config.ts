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

/** A function: an asset of its source, as CloudFormation would make it. */
export interface FunctionConfig {
  /** The file with the handler, or its folder. */
  source: string;
  /** The exported function. Default: the first of `handler`, `lambdaHandler`, `lambda_handler` and the default export. */
  handler?: string;
  /** Lambda's name of the runtime, e.g. `nodejs22.x`. Default: by the source's ending. */
  runtime?: string;
  /** Its environment variables; they win over those of files. */
  environment?: Record<string, string>;
  /** Files of `NAME=value` lines for its environment. */
  environmentFiles?: string[];
  /** Seconds that an invocation may take, 1 to 900. Default: 30. */
  timeoutSeconds?: number;
  /** Megabytes of memory, 128 to 10240; as on Lambda its heap is bounded by it. Default: 512. */
  memoryMegabytes?: number;
}

/** A key attribute of a table or index. */
export interface KeyConfig {
  name: string;
  /** `S`: string (default), `N`: number, `B`: binary. */
  type?: 'S' | 'N' | 'B';
}

/** A DynamoDB table. */
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

/** An SQS queue. */
export interface QueueConfig {
  /** The function that receives its messages, one of `functions`. */
  function?: string;
  /** Messages that the function is given at most at a time, 1 to 10000. Default: 10, as for an event source of Lambda. */
  batchSize?: number;
  /** Seconds for which a message that was received is hidden, 0 to 43200. Default: 30. */
  visibilityTimeoutSeconds?: number;
}

/** A SIP rule. */
export interface RuleConfig {
  name: string;
  /** The number dialled, E.164. */
  number: string;
  /** One of `sipMediaApplications`. */
  sipMediaApplication: string;
  /** True: the rule is kept, but leads no calls. Default: false. */
  disabled?: boolean;
}

/** Gives a `chime-local.config.ts` the type of its value, for completion and checks; returns the value itself. */
export const defineConfig = (config: ChimeLocalConfig): ChimeLocalConfig => config;
