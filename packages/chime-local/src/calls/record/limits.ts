/** The limits of call records. All are ours; tests pass smaller ones. */
export interface RecordLimits {
  /** Maximum bytes of one call's record. */
  callBytes: number;
  /** Share of them that log lines and SIP messages may take, so that they do not crowd out what a replay needs. */
  asideShare: number;
  /** Share of them that audio levels may take; an hour of two voices needs less than a megabyte. */
  levelsShare: number;
  /** Maximum number of records kept; the oldest is removed first. */
  calls: number;
  /** Maximum bytes of all records together. */
  totalBytes: number;
  /**
   * New records a second in the long run, and the burst allowed before that counts: every recorded call
   * creates a file.
   */
  newPerSecond: number;
  newBurst: number;
  /** Maximum bytes being written for all calls together; this bounds what a stuck disk costs. */
  unwrittenBytes: number;
  /** Maximum number of SIP messages recorded for one leg. */
  sipMessagesOfLeg: number;
  /** Maximum number of legs whose messages are kept before their call is known, and of messages kept for each. */
  earlyLegs: number;
  earlyMessages: number;
  /** Maximum characters of a table's answer; a page of a large table is left out. */
  tableAnswerCharacters: number;
  /** Maximum characters of a log line, and of a SIP header's value or body. */
  textCharacters: number;
}

const MEGABYTE = 1024 * 1024;

export const RECORD_LIMITS: RecordLimits = {
  callBytes: 8 * MEGABYTE,
  asideShare: 0.5,
  levelsShare: 0.25,
  calls: 10_000,
  totalBytes: 256 * MEGABYTE,
  newPerSecond: 50,
  newBurst: 500,
  unwrittenBytes: 32 * MEGABYTE,
  sipMessagesOfLeg: 500,
  earlyLegs: 500,
  earlyMessages: 8,
  tableAnswerCharacters: 16_000,
  textCharacters: 8_000,
};

/** Number of entries that wait at most before lines are made of them, and milliseconds that they wait while nobody watches. */
export const LINES_TOGETHER = 64;
export const LINES_WITHIN_MS = 1_000;
/** Minimum milliseconds between two writes; lines of several calls are written together. */
export const GATHER_MS = 1_000;
/**
 * Milliseconds that lines wait for more lines of their call before they are written. A greeting, the keys and
 * the meeting then make one write, and a call's end makes another. A write costs 100 to 200 µs in two
 * threads, a line 2 to 10. A kill of the runtime may lose this much plus `GATHER_MS`.
 */
export const UNWRITTEN_MS = 4_000;
/** The same for lines that hold only audio levels, which come every ten seconds in every call. */
export const UNWRITTEN_LEVELS_MS = 30_000;
/** The same while somebody watches; a watcher sees changes with at most this delay. */
export const WATCHED_GATHER_MS = 200;
/** Maximum number of entries made into lines in one turn of the event loop. */
export const ENTRIES_AT_ONCE = 200;
/**
 * Milliseconds after a call's end during which its SIP messages are still recorded. RFC 3261: a BYE is
 * answered at once.
 */
export const LINGER_MS = 1_000;
/**
 * Number of records written concurrently; one at a time would wake the main thread for each of them. Node has
 * four threads for the disk (libuv, UV_THREADPOOL_SIZE), and a slow disk must leave one of them free to read
 * prompts.
 */
export const RECORDS_AT_ONCE = 3;
