/** What records of calls may cost. All are ours; tests pass smaller ones. */
export interface RecordLimits {
  /** Bytes of one call's record. */
  callBytes: number;
  /** Part of them that may be log lines and SIP messages: they must not crowd out what replay needs. */
  asideShare: number;
  /** Part of them that may be levels of sound: an hour of two voices has less than a megabyte. */
  levelsShare: number;
  /** Records that are kept; the oldest goes first. */
  calls: number;
  /** Bytes of all records together. */
  totalBytes: number;
  /** New records a second in the long run, and how many may come at once before that counts: whoever calls makes a file. */
  newPerSecond: number;
  newBurst: number;
  /** Bytes of what is being written, of all calls together: a disk that takes nothing costs no more. */
  unwrittenBytes: number;
  /** SIP messages of one leg. */
  sipMessagesOfLeg: number;
  /** Legs of which messages are kept before their call is known, and messages of each. */
  earlyLegs: number;
  earlyMessages: number;
  /** Characters of an answer of a table: a page of a large one is left out. */
  tableAnswerCharacters: number;
  /** Characters of a log line, and of a SIP header's value or body. */
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

/** Lines of several calls are written together, at most once in so many milliseconds. */
export const GATHER_MS = 1_000;
/**
 * Milliseconds that lines wait for more of their call before they are written: a greeting, the keys and the meeting are then one
 * write, and a call's end is another. A write costs 100 to 200 µs in two threads, a line 2 to 10. With `GATHER_MS` it is what a
 * kill of the runtime may lose.
 */
export const UNWRITTEN_MS = 4_000;
/** The same where they tell of nothing but levels of sound, which come every ten seconds in every call. */
export const UNWRITTEN_LEVELS_MS = 30_000;
/** The same while somebody looks on, who is no later than that. */
export const WATCHED_GATHER_MS = 200;
/** Entries that are made into lines in one turn of the event loop. */
export const ENTRIES_AT_ONCE = 200;
/** Milliseconds after a call's end in which SIP messages of it still belong to it. RFC 3261: a BYE is answered at once. */
export const LINGER_MS = 1_000;
/**
 * Records that are written at the same time: one after the other wakes the main thread for each of them. Node has four
 * threads for the disk (libuv, UV_THREADPOOL_SIZE); a slow one must leave one of them to whoever reads a prompt.
 */
export const RECORDS_AT_ONCE = 3;
