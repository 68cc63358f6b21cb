/** Limits of Lambda (developer guide, "Lambda quotas") and of this runner, each with its unit. */

/** Bytes of an event for a synchronous invocation. Quotas: 6 MB. */
export const MAX_EVENT_BYTES = 6 * 1024 * 1024;
/** Bytes of a response. Lambda's own error message names this figure: 6 MB and 100 bytes for its envelope. */
export const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;
/** Bytes of log that an invocation returns. API reference, Invoke, `LogType`: the last 4 KB. */
export const LOG_TAIL_BYTES = 4096;
/** Characters of one log line; the rest of the line is counted and dropped. Ours: a terminal is not a disk. */
export const MAX_LOG_LINE_CHARACTERS = 16_384;
/** Lines that one process may log in one second; the rest is counted and dropped. Ours. */
export const MAX_LOG_LINES_PER_SECOND = 500;
/** Milliseconds from the start of a process to its first request for work, after which it has as long again as an
 * invocation. Developer guide, "Lambda runtime environment": init phase, 10 s, and once more with the function's time-out. */
export const INIT_LIMIT_MS = 10_000;
/** Invocations of one function that may wait for a process. Ours; Lambda has no queue for synchronous ones. */
export const MAX_WAITING_INVOCATIONS = 4096;
/** Of those, the ones that begin something new. Ours. */
export const MAX_WAITING_NEW = 2048;
/** Milliseconds that something new waits at most: its function has 20 s in all (developer guide of the Chime SDK). */
export const NEW_GIVEN_UP_MS = 20_000;
/** Milliseconds that something new may have to wait; more of it should be refused. A function needs the rest itself. Ours. */
export const CROWDED_AFTER_MS = 15_000;
/** Milliseconds over which the pace of what is new is measured. Ours. */
export const PACE_WINDOW_MS = 5_000;
/** Concurrent executions of a function. Quotas: 1,000 for an account. */
export const MAX_CONCURRENCY = 1_000;
/** Megabytes of this machine's memory for each process of a function: what Node.js with an SDK takes. Ours. */
export const MEGABYTES_PER_PROCESS = 96;
/** Part of the machine's memory that the processes of one function may take. Ours. */
export const MEMORY_SHARE = 0.25;
/** Part of a function's processes that are kept for what is live. Ours. */
export const RESERVED_SHARE = 0.25;
/** Processes in addition to one for each core, beyond which another one must be wanted for longer. Ours. */
export const EAGER_PROCESSES_PER_CORE = 2;
/** Milliseconds an invocation waits, for each process beyond those, before another one is started. Ours. */
export const PATIENCE_PER_PROCESS_MS = 50;
/** Milliseconds an invocation waits for a busy process before another process is started. Ours: starting one
 * costs a fifth of a second of CPU, a warm answer a millisecond. */
export const EXTRA_PROCESS_AFTER_MS = 10;
/** Milliseconds after which a process beyond the first ends when it has had nothing to do. Ours. */
export const EXTRA_PROCESS_IDLE_MS = 60_000;
/** Milliseconds after which the last one ends, too, unless the function is kept warm: as Lambda does with environments that
 * nobody needs, some minutes. Ours: a function that waits takes 60 MB. */
export const LAST_PROCESS_IDLE_MS = 600_000;
/** Milliseconds after which a custom runtime that is killed from outside takes its invocation with it. Ours: a kill and
 * the work may cross. */
export const LOST_WORK_MS = 50;
/** Milliseconds between two looks at the memory of a busy process. Ours. */
export const MEMORY_LOOK_MS = 20;
/** The same where memory can only be read by running `ps`. Ours. */
export const MEMORY_LOOK_BY_PS_MS = 500;
/** Megabytes of data segment that the kernel allows above twice the function's memory, so that a process
 * cannot eat the machine between two looks. Ours; Node needs the room for its reserved regions: Node 24 takes 512 MB for
 * each thread, and the resolver of ES modules is a thread of its own. */
export const DATA_SEGMENT_SLACK_MEGABYTES = 1_536;
