/**
 * The content of `chime-local.config.ts` (or `.js`, `.mjs`, `.json`). Paths are relative to the file's
 * folder.
 */
export interface ChimeLocalConfig {
  $schema?: string;
  /** Files of `NAME=value` lines; every function gets these variables. */
  environmentFiles?: string[];
  /** Functions, by name. */
  functions: Record<string, FunctionConfig>;
  /**
   * Buckets, by name. `folder`: its files become the objects (default: none); `endings`: only file names with
   * these endings, e.g. `.wav`.
   */
  buckets?: Record<string, { folder?: string; endings?: string[] }>;
  /** DynamoDB tables, by name. */
  tables?: Record<string, TableConfig>;
  /** SQS queues, by name. */
  queues?: Record<string, QueueConfig>;
  /** Systems Manager parameters, by name. */
  parameters?: Record<string, string>;
  /**
   * SIP media applications, by name. `function` is one of `functions`. `keys` are key sequences that callers
   * press: the phone page has a button for each, e.g. `{ name: 'PIN', keys: '1234' }`.
   */
  sipMediaApplications: Record<string, { function: string; keys?: { name: string; keys: string }[] }>;
  /**
   * The SIP media application that answers each number (E.164). An application without a number is given one.
   */
  numbers?: Record<string, string>;
  /** SIP rules in addition to those made for `numbers`. */
  rules?: RuleConfig[];
  /** The test party's script, by number or number prefix: `busy`, or `ring 2; answer; say Hello; hangup`. */
  parties?: Record<string, string>;
  /** Files that describe bots for StartBotConversation and the Lex V2 runtime. */
  bots?: string[];
}

/** A function, which becomes an asset built from its source, as with CloudFormation. */
export interface FunctionConfig {
  /** The file with the handler, or its folder. */
  source: string;
  /** The exported function. Default: the first of `handler`, `lambdaHandler`, `lambda_handler` and the default export. */
  handler?: string;
  /** Lambda's identifier of the runtime, e.g. `nodejs22.x`. Default: by the source's file extension. */
  runtime?: string;
  /** The function's environment variables; they override those of files. */
  environment?: Record<string, string>;
  /** Files of `NAME=value` lines for the function's environment. */
  environmentFiles?: string[];
  /** Seconds that an invocation may take, 1 to 900. Default: 30. */
  timeoutSeconds?: number;
  /** Megabytes of memory, 128 to 10240; as on Lambda, this limits the heap. Default: 512. */
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
  /** The table's initial items, as plain JSON; they are written again when they change. */
  items?: Record<string, unknown>[];
}

/** An SQS queue. */
export interface QueueConfig {
  /** The function that receives its messages, one of `functions`. */
  function?: string;
  /**
   * Maximum number of messages that the function receives at a time, 1 to 10000. Default: 10, as for a Lambda
   * event source.
   */
  batchSize?: number;
  /** Seconds for which a received message is hidden, 0 to 43200. Default: 30. */
  visibilityTimeoutSeconds?: number;
}

/** A SIP rule. */
export interface RuleConfig {
  name: string;
  /** The dialled number, E.164. */
  number: string;
  /** One of `sipMediaApplications`. */
  sipMediaApplication: string;
  /** True if the rule is kept but routes no calls. Default: false. */
  disabled?: boolean;
}

/** Types the value of a `chime-local.config.ts` for completion and checks; returns the value itself. */
export const defineConfig = (config: ChimeLocalConfig): ChimeLocalConfig => config;
