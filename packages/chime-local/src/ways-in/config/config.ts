/** What `chime-local.config.ts` (or `.js`, `.mjs`, `.json`) holds. Paths are relative to the file's folder. */
export interface ChimeLocalConfig {
  $schema?: string;
  /** Files of `NAME=value` lines that every function has in its environment. */
  environmentFiles?: string[];
  /** By function name. */
  functions: Record<string, FunctionConfig>;
  /** By bucket name: a folder whose files it has, or none. `endings`: only files that end so, e.g. `.wav`. */
  buckets?: Record<string, { folder?: string; endings?: string[] }>;
  /** By table name. */
  tables?: Record<string, TableConfig>;
  /** By queue name. */
  queues?: Record<string, QueueConfig>;
  /** Of the parameter store, by name. */
  parameters?: Record<string, string>;
  /** By name. */
  sipMediaApplications: Record<string, { function: string }>;
  /** By number (E.164): the SIP media application that answers it. One without a number is given one. */
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
  /** What is exported; found by its usual names (`handler`, `lambda_handler`) where it is left out. */
  handler?: string;
  /** As Lambda names it; follows from the source where it is left out. */
  runtime?: string;
  environment?: Record<string, string>;
  environmentFiles?: string[];
  timeoutSeconds?: number;
  memoryMegabytes?: number;
}

export interface KeyConfig {
  name: string;
  /** Default: `S`. */
  type?: 'S' | 'N' | 'B';
}

export interface TableConfig {
  partitionKey: KeyConfig;
  sortKey?: KeyConfig;
  /** Global secondary indexes, with all attributes. */
  indexes?: { name: string; partitionKey: KeyConfig; sortKey?: KeyConfig }[];
  /** The attribute that says when an item expires, in seconds since 1970. */
  timeToLive?: string;
  /** What the table begins with, as plain JSON; written again when they change. */
  items?: Record<string, unknown>[];
}

export interface QueueConfig {
  /** The function that gets its messages. */
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

/** For `chime-local.config.ts`: the value as it is, with its type. */
export const defineConfig = (config: ChimeLocalConfig): ChimeLocalConfig => config;
