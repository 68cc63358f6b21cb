import type { Call, CallInput, CallOutput } from 'pstn-audio/engine';
import {
  actionChanges,
  type CallSummary,
  RECORD_VERSION,
  type RecordEntry,
  type ReportedEntry,
  recordedOutputs,
} from 'pstn-audio/record';
import { type Clock, type Log, TokenBucket } from '#platform';
import { EarlyMessages } from './early-messages.ts';
import {
  ENTRIES_AT_ONCE,
  GATHER_MS,
  LINES_TOGETHER,
  LINES_WITHIN_MS,
  LINGER_MS,
  RECORD_LIMITS,
  RECORDS_AT_ONCE,
  type RecordLimits,
  WATCHED_GATHER_MS,
} from './limits.ts';
import { OpenRecord } from './open-record.ts';
import { eachOf, RecordFolder } from './record-folder.ts';
import type { SipText } from './sip-text.ts';

/** One step of the engine. */
export interface RecordedStep {
  transactionId: string;
  input: CallInput;
  /** The time passed to `step`, in milliseconds since the epoch. */
  at: number;
  call: Call;
  before: Call | undefined;
  outputs: readonly CallOutput[];
}

export interface CallRecordsParts {
  /** Folder of the records, created if it is missing. */
  folder: string;
  keys: 'masked' | 'kept';
  /** Name and version of the program, e.g. `chime-local 0.1.0`. */
  writer: string;
  clock: Clock;
  log: Log;
  /** Milliseconds of a monotonic clock. */
  monotonic?: () => number;
  /** Runs the function in this turn of the event loop, after the pending input has been handled. */
  soon?: (run: () => void) => void;
  limits?: Partial<RecordLimits>;
}

/** Called with the rows of the calls that have changed, at most every `WATCHED_GATHER_MS`. */
export type RecordListener = (changed: readonly CallSummary[]) => void;

/** Called with every entry, masked, as it is recorded. */
export type RecordFollower = (transactionId: string, entry: RecordEntry) => void;

interface Reported {
  record: OpenRecord;
  /** `end` stands for the record's last line. */
  entry: ReportedEntry | SipText | 'end';
  at: number;
  /** Time by the monotonic clock. */
  when: number;
}

/**
 * Records what happens on calls. Reporting only adds a value to a list; masking, serialising and writing
 * follow later, when nobody waits. A disk that accepts no data costs records, but nothing else.
 */
export class CallRecords {
  readonly #parts: CallRecordsParts;
  readonly #limits: RecordLimits;
  readonly #monotonic: () => number;
  readonly #soon: (run: () => void) => void;
  readonly #folder: RecordFolder;
  #opening: Promise<void> | undefined;
  /** The records of calls in progress and of calls that have just ended. */
  readonly #open = new Map<string, OpenRecord>();
  readonly #byLeg = new Map<string, OpenRecord>();
  readonly #byRequest = new Map<string, OpenRecord>();
  readonly #early: EarlyMessages;
  readonly #listeners = new Set<RecordListener>();
  #follower: RecordFollower | undefined;
  #reported: Reported[] = [];
  #linesComeSoon = false;
  /** Cancels the timer after which lines are made of few entries, too. */
  #linesAreDue: (() => void) | undefined;
  /** Records with lines that are not yet being written, and records whose changes the listeners do not yet know. */
  readonly #dirty = new Set<OpenRecord>();
  readonly #changed = new Set<OpenRecord>();
  /** Cancels the timer of the next gathering; below, its time by the monotonic clock. */
  #gathering: (() => void) | undefined;
  #gathersAt = Number.POSITIVE_INFINITY;
  #onWatched: ((watched: boolean) => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #unwritten = 0;
  readonly #newRecords: TokenBucket;
  #notRecorded = 0;

  constructor(parts: CallRecordsParts) {
    this.#parts = parts;
    this.#limits = { ...RECORD_LIMITS, ...parts.limits };
    this.#monotonic = parts.monotonic ?? (() => performance.now());
    this.#soon = parts.soon ?? ((run) => void setImmediate(run));
    this.#folder = new RecordFolder(parts.folder, this.#limits, parts.log);
    this.#early = new EarlyMessages(this.#limits);
    this.#newRecords = new TokenBucket(this.#limits.newPerSecond, this.#limits.newBurst);
  }

  /** Finds the records of previous runs. */
  open(): Promise<void> {
    this.#opening = this.#folder.open();
    return this.#opening;
  }

  /** Records a step of the engine. */
  stepped({ transactionId, input, at, call, before, outputs }: RecordedStep): void {
    const record = before ? this.#open.get(transactionId) : this.#begin(transactionId, input, at);
    if (!record) return;
    if (input.kind === 'LegDialled' || input.kind === 'MeetingJoined') this.#bind(record, input.legId);
    const when = this.#monotonic();
    this.#push({ record, entry: { kind: 'Input', input }, at, when });
    for (const output of recordedOutputs(outputs))
      this.#push({ record, entry: { kind: 'Output', output }, at, when });
    for (const change of actionChanges(call, before)) this.#push({ record, entry: change, at, when });
    if (call.state === 'ended') this.#parts.clock.after(LINGER_MS, () => this.#end(record));
  }

  /** Records that the engine failed in a step, or that another fault of this program concerns the call. */
  faulted(transactionId: string, text: string, input?: CallInput): void {
    if (input) this.add(transactionId, { kind: 'Input', input });
    this.add(transactionId, { kind: 'Fault', text });
  }

  /**
   * Continues the record of a call that the previous runtime left behind. Times count from the record's own
   * beginning.
   */
  restored(call: Call): void {
    const { transactionId } = call;
    const isNew = !this.#folder.has(transactionId);
    const now = this.#parts.clock.now();
    const began = Math.min(now, call.legs[0]?.startTime ?? now);
    const record = this.#make(transactionId, began, this.#monotonic() - (now - began));
    const writtenAt = this.#folder.writtenAt(transactionId) ?? began;
    record.takeUp(call, Math.max(0, Math.round(writtenAt - began)));
    if (isNew) this.#reportBegin(record, record.at);
    for (const { legId } of call.legs) this.#bind(record, legId);
    this.#report(record, { kind: 'Restored', call });
  }

  /** Records an event of a call. Nothing is kept for calls without a record. */
  add(transactionId: string, entry: ReportedEntry): void {
    const record = this.#open.get(transactionId);
    if (record) this.#report(record, entry);
  }

  /** Records an event of a leg. A SIP message may come before its call is known. */
  addToLeg(legId: string, entry: ReportedEntry | SipText): void {
    const record = this.#byLeg.get(legId);
    if (record) this.#report(record, entry);
    else if (!('kind' in entry)) {
      this.#early.keep(legId, { entry, at: this.#parts.clock.now(), when: this.#monotonic() });
    } else if (entry.kind === 'LegEnd') this.#early.forget(legId);
  }

  /** An invocation of this call has begun: log lines with its request id belong to the call. */
  invoking(transactionId: string, requestId: string): void {
    const record = this.#open.get(transactionId);
    if (record) this.#byRequest.set(requestId, record);
  }

  /** The invocation is over, and its last log line has come. */
  invoked(requestId: string): void {
    this.#byRequest.delete(requestId);
  }

  /** Whether the invocation belongs to a call that is recorded. */
  follows(requestId: string): boolean {
    return this.#byRequest.has(requestId);
  }

  /** Records a line that a function has printed. */
  printed(functionName: string, requestId: string, text: string): void {
    const record = this.#byRequest.get(requestId);
    if (record) this.#report(record, { kind: 'FunctionLog', functionName, requestId, text });
  }

  /**
   * Records a table's answer to a function. Answers that are too long are left out; a replay then asks the
   * tables.
   */
  tableAnswered(
    requestId: string,
    answer: { operation: string; print: string; status: number; body: object },
  ): void {
    const record = this.#byRequest.get(requestId);
    if (!record) return;
    const { body, ...rest } = answer;
    if (JSON.stringify(body).length > this.#limits.tableAnswerCharacters) return;
    this.#report(record, { kind: 'TableAnswer', requestId, ...rest, body: body as Record<string, unknown> });
  }

  /** One row for each call, including those in progress, newest first. */
  async summaries(): Promise<CallSummary[]> {
    this.#makeAllLines();
    const past = (await this.#folder.summaries()).filter(
      ({ transactionId }) => !this.#open.has(transactionId),
    );
    const present = [...this.#open.values()].flatMap(({ summary }) => summary ?? []).reverse();
    return [...present, ...past];
  }

  /**
   * The lines of a record from a given byte on, up to now for a call in progress; undefined if no record has
   * that id.
   */
  async read(transactionId: string, from?: number): Promise<{ text: string; next: number } | undefined> {
    if (this.#open.has(transactionId)) await this.written();
    return this.#folder.read(transactionId, from);
  }

  /** Adds a listener; returns a function that removes it. */
  observe(listener: RecordListener): () => void {
    this.#listeners.add(listener);
    this.#onWatched?.(this.#watched);
    void this.written();
    return () => {
      this.#listeners.delete(listener);
      this.#onWatched?.(this.#watched);
    };
  }

  /** Sets the one follower, which hears every entry; undefined removes it. */
  follow(follower: RecordFollower | undefined): void {
    this.#makeAllLines();
    this.#follower = follower;
    this.#onWatched?.(this.#watched);
  }

  /**
   * Calls `tell` now and on every change of listeners or follower with whether there are any; a reporter of
   * frequent entries may then report sooner.
   */
  tellWatched(tell: (watched: boolean) => void): void {
    this.#onWatched = tell;
    tell(this.#watched);
  }

  /** Ends the records of ended calls and writes everything that is pending. */
  async close(): Promise<void> {
    // The caller may remove the folder next, and it must not be created after that.
    await this.#opening;
    for (const record of [...this.#open.values()]) if (record.summary?.state === 'ended') this.#end(record);
    await this.written();
    await this.#folder.close();
  }

  /** Resolves when everything that was reported is on disk or lost. */
  async written(): Promise<void> {
    this.#gathering?.();
    this.#gathersAt = Number.POSITIVE_INFINITY;
    this.#makeAllLines();
    this.#writeLines('all');
    this.#tellListeners();
    await this.#writing;
  }

  #begin(transactionId: string, input: CallInput, at: number): OpenRecord | undefined {
    if (!this.#mayBegin()) return undefined;
    const legId = 'legId' in input ? input.legId : undefined;
    const early = legId === undefined ? [] : this.#early.take(legId);
    const record = this.#make(transactionId, early[0]?.at ?? at, early[0]?.when ?? this.#monotonic());
    this.#reportBegin(record, record.at);
    for (const { entry, ...times } of early) this.#push({ record, entry, ...times });
    if (legId !== undefined) this.#bind(record, legId);
    return record;
  }

  #make(transactionId: string, at: number, when: number): OpenRecord {
    const record = new OpenRecord(transactionId, this.#parts.keys, { at, when }, this.#limits);
    this.#open.set(transactionId, record);
    return record;
  }

  #reportBegin(record: OpenRecord, at: number): void {
    const { keys, writer } = this.#parts;
    const { transactionId } = record;
    const entry = { kind: 'Begin', record: RECORD_VERSION, transactionId, keys, writer } as const;
    this.#push({ record, entry, at, when: record.began });
  }

  #bind(record: OpenRecord, legId: string): void {
    this.#byLeg.set(legId, record);
    record.legIds.add(legId);
    for (const { entry, ...times } of this.#early.take(legId)) this.#push({ record, entry, ...times });
  }

  /** Every recorded call creates a file, so a flood of calls is not recorded completely. */
  #mayBegin(): boolean {
    if (this.#newRecords.take(this.#monotonic())) return true;
    if (this.#notRecorded++ === 0) {
      this.#parts.log.warn(
        `More than ${this.#limits.newPerSecond} calls a second come: not all of them are recorded, and those are not at /calls/.`,
      );
    }
    return false;
  }

  #report(record: OpenRecord, entry: ReportedEntry | SipText, at = this.#parts.clock.now()): void {
    this.#push({ record, entry, at, when: this.#monotonic() });
  }

  /**
   * Lines are made of several entries at a time, because code that has just run is much faster. They do not
   * wait for many, because V8 copies the waiting entries in every collection.
   */
  #push(reported: Reported): void {
    this.#reported.push(reported);
    if (this.#watched || this.#reported.length >= LINES_TOGETHER) this.#makeLinesSoon();
    else this.#linesAreDue ??= this.#parts.clock.after(LINES_WITHIN_MS, () => this.#makeDueLines());
  }

  #makeAllLines(): void {
    this.#linesAreDue?.();
    this.#linesAreDue = undefined;
    while (this.#reported.length > 0) this.#makeLines();
  }

  #makeDueLines(): void {
    this.#linesAreDue = undefined;
    this.#makeLines();
    if (this.#reported.length > 0) this.#makeLinesSoon();
  }

  /** Makes the lines once the telephone has its answer. */
  #makeLinesSoon(): void {
    if (this.#linesComeSoon) return;
    this.#linesComeSoon = true;
    this.#soon(() => {
      this.#linesComeSoon = false;
      this.#makeLines();
      // The remaining entries wait for a later turn of the event loop, as a telephone may need attention.
      if (this.#reported.length > 0) this.#makeLinesSoon();
    });
  }

  get #watched(): boolean {
    return this.#listeners.size > 0 || this.#follower !== undefined;
  }

  /**
   * Gathers at the first full second after the given time, so that the lines of several calls are written
   * together.
   */
  #gatherBy(when: number): void {
    if (when < this.#gathersAt) this.#gatherAt(Math.ceil(when / GATHER_MS) * GATHER_MS);
  }

  #gatherAt(when: number): void {
    if (when >= this.#gathersAt) return;
    this.#gathering?.();
    this.#gathersAt = when;
    this.#gathering = this.#parts.clock.after(Math.max(0, when - this.#monotonic()), () => this.#gathered());
  }

  #gathered(): void {
    this.#gathersAt = Number.POSITIVE_INFINITY;
    this.#writeLines(this.#watched ? 'all' : 'due');
    this.#tellListeners();
    for (const { writeBy } of this.#dirty) this.#gatherBy(writeBy);
  }

  /** Writes the pending lines: of all records, or of those that have ended or have waited long enough. */
  #writeLines(which: 'all' | 'due'): void {
    const now = this.#monotonic();
    const due: { record: OpenRecord; bytes: Buffer }[] = [];
    for (const record of this.#dirty) {
      if (which === 'due' && !record.ended && record.writeBy > now) continue;
      this.#dirty.delete(record);
      const bytes = record.take();
      if (!bytes) continue;
      if (this.#unwritten + bytes.length > this.#limits.unwrittenBytes) {
        record.break();
        continue;
      }
      this.#unwritten += bytes.length;
      due.push({ record, bytes });
    }
    if (due.length === 0) return;
    // Batches are written one after the other so that lines keep their order.
    this.#writing = this.#writing.then(async () => {
      await eachOf(due, ({ record, bytes }) => this.#write(record, bytes), RECORDS_AT_ONCE);
      this.#folder.makeRoom((id) => this.#open.has(id));
    });
  }

  #makeLines(): void {
    for (const { record, entry, at, when } of this.#reported.splice(0, ENTRIES_AT_ONCE)) {
      const written = record.add(entry, at, when);
      if (!written) continue;
      this.#dirty.add(record);
      this.#follower?.(record.transactionId, written.timed);
      if (this.#listeners.size > 0) this.#changed.add(record);
      if (this.#watched) this.#gatherAt(when + WATCHED_GATHER_MS);
      else this.#gatherBy(record.writeBy);
    }
  }

  #tellListeners(): void {
    if (this.#changed.size === 0) return;
    const rows = [...this.#changed].flatMap(({ summary }) => summary ?? []);
    this.#changed.clear();
    for (const listener of this.#listeners) listener(rows);
  }

  async #write(record: OpenRecord, bytes: Buffer): Promise<void> {
    const { transactionId, ended } = record;
    if (record.broken) await this.#folder.release(transactionId);
    else if (!(await this.#folder.append(transactionId, bytes, ended))) record.break();
    this.#unwritten -= bytes.length;
    if (record.summary) this.#folder.summarise(transactionId, record.summary);
  }

  /** Ends a record; nothing more is added to it. */
  #end(record: OpenRecord): void {
    if (this.#open.get(record.transactionId) !== record) return;
    for (const legId of record.legIds) this.#byLeg.delete(legId);
    this.#open.delete(record.transactionId);
    this.#push({ record, entry: 'end', at: this.#parts.clock.now(), when: this.#monotonic() });
  }
}
