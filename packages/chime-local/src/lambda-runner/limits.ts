/** Limits of Lambda (developer guide, "Lambda quotas") and of this runner, each with its unit. */

/** Maximum bytes of an event for a synchronous invocation. Quotas: 6 MB. */
export const MAX_EVENT_BYTES = 6 * 1024 * 1024;
/** Maximum bytes of a response. Lambda's own error message names this figure: 6 MB and 100 bytes for its envelope. */
export const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;
/** Maximum bytes of log that an invocation returns. API reference, Invoke, `LogType`: the last 4 KB. */
export const LOG_TAIL_BYTES = 4096;
/**
 * Maximum characters of one log line; the rest of the line is counted and dropped. Ours: a terminal is not a
 * disk.
 */
export const MAX_LOG_LINE_CHARACTERS = 16_384;
/** Maximum number of lines that one process may log in a second; further lines are counted and dropped. Ours. */
export const MAX_LOG_LINES_PER_SECOND = 500;
/**
 * Milliseconds from the start of a process to its first request for work. After that it has as long again as
 * an invocation. Developer guide, "Lambda runtime environment": init phase, 10 s, and once more with the
 * function's timeout.
 */
export const INIT_LIMIT_MS = 10_000;
/**
 * Maximum number of invocations of one function that wait for a process. Ours; Lambda has no queue for
 * synchronous ones.
 */
export const MAX_WAITING_INVOCATIONS = 4096;
/** Maximum number of waiting invocations that begin something new. Ours. */
export const MAX_WAITING_NEW = 2048;
/**
 * Milliseconds that a new invocation waits at most: its function has 20 s in all (developer guide of the
 * Chime SDK).
 */
export const NEW_GIVEN_UP_MS = 20_000;
/**
 * Expected wait in milliseconds above which new invocations are refused. The function needs the rest of the
 * time itself. Ours.
 */
export const CROWDED_AFTER_MS = 15_000;
/** Milliseconds over which the pace of taking invocations is measured. Ours. */
export const PACE_WINDOW_MS = 5_000;
/** Maximum concurrent executions of a function. Quotas: 1,000 for an account. */
export const MAX_CONCURRENCY = 1_000;
/**
 * Megabytes of this machine's memory reckoned for each process of a function: what Node.js with an SDK takes.
 * Ours.
 */
export const MEGABYTES_PER_PROCESS = 96;
/** Share of the machine's memory that the processes of one function may take. Ours. */
export const MEMORY_SHARE = 0.25;
/** Share of a function's processes that is reserved for live invocations. Ours. */
export const RESERVED_SHARE = 0.25;
/** Number of processes beyond one for each core that are started eagerly; more must be needed for longer. Ours. */
export const EAGER_PROCESSES_PER_CORE = 2;
/** Milliseconds that an invocation waits, for each process beyond those, before another one is started. Ours. */
export const PATIENCE_PER_PROCESS_MS = 50;
/**
 * Milliseconds that an invocation waits for a busy process before another process is started. Ours: starting
 * one costs a fifth of a second of CPU, a warm answer a millisecond.
 */
export const EXTRA_PROCESS_AFTER_MS = 10;
/** Milliseconds after which an idle process beyond the first ends. Ours. */
export const EXTRA_PROCESS_IDLE_MS = 60_000;
/**
 * Milliseconds after which the last idle process ends, too, unless the function is kept warm. Lambda ends
 * unused environments after some minutes. Ours: a waiting function takes 60 MB.
 */
export const LAST_PROCESS_IDLE_MS = 600_000;
/**
 * Milliseconds from giving work to a custom runtime within which a kill from outside means that the work was
 * not read; later, the invocation fails. Ours: a kill and the work may cross.
 */
export const LOST_WORK_MS = 50;
/** Milliseconds between two checks of the memory of a busy process. Ours. */
export const MEMORY_LOOK_MS = 20;
/** The same where memory can only be read by running `ps`. Ours. */
export const MEMORY_LOOK_BY_PS_MS = 500;
/**
 * Megabytes of data segment that the kernel allows above twice the function's memory, so that a process
 * cannot use up the machine between two checks. Ours; Node.js needs the room for its reserved regions: Node
 * 24 reserves 512 MB for each thread, and the resolver of ES modules is a thread of its own.
 */
export const DATA_SEGMENT_SLACK_MEGABYTES = 1_536;
