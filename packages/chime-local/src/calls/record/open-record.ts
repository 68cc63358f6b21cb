import type { Call } from 'pstn-audio/engine';
import { type CallSummary, changesSummary, Mask, type ReportedEntry, summaryAfter } from 'pstn-audio/record';
import { type RecordLimits, UNWRITTEN_LEVELS_MS, UNWRITTEN_MS } from './limits.ts';
import { LineBytes } from './line-bytes.ts';
import { type SipText, sipEntry } from './sip-text.ts';
import { WrittenEntry } from './written-entry.ts';

/** Kinds of entries that describe a call but are not needed to replay it. */
const ASIDE: ReadonlySet<string> = new Set(['FunctionLog', 'Sip', 'TableAnswer']);

type Limits = Pick<
  RecordLimits,
  'callBytes' | 'asideShare' | 'levelsShare' | 'sipMessagesOfLeg' | 'textCharacters'
>;

/** The record of a call in progress: turns what is reported into lines, within the limits. */
export class OpenRecord {
  readonly transactionId: string;
  /** The time at which the record began, in milliseconds since the epoch. */
  readonly at: number;
  /** The same time by the monotonic clock. */
  readonly began: number;
  /** Ids of the legs whose entries belong to this record. */
  readonly legIds = new Set<string>();
  /** Set when a line was lost. The lines after it would be misunderstood, so no more are added. */
  broken = false;
  /** Set when the last line has been made. */
  ended = false;
  readonly #mask: Mask;
  readonly #limits: Limits;
  readonly #sipMessages = new Map<string, number>();
  #summary: CallSummary | undefined;
  /** Time of the last entry, in milliseconds since the record began. */
  #ms = 0;
  #characters = 0;
  #asideCharacters = 0;
  #levelsCharacters = 0;
  #cut = false;
  readonly #lines = new LineBytes();
  #writeBy = Number.POSITIVE_INFINITY;

  /** @param began the start time in milliseconds since the epoch, and by the monotonic clock */
  constructor(
    transactionId: string,
    keys: 'masked' | 'kept',
    began: { at: number; when: number },
    limits: Limits,
  ) {
    this.transactionId = transactionId;
    this.at = began.at;
    this.began = began.when;
    this.#mask = new Mask(keys);
    this.#limits = limits;
  }

  /**
   * Takes up a call that the previous runtime recorded, with what is known of it. The previous last line may
   * be torn.
   *
   * @param lastedMs milliseconds from the record's beginning to the last line that the previous runtime wrote
   */
  takeUp({ transactionId, functionArn, legs, sequence }: Call, lastedMs: number): void {
    const [leg] = legs;
    this.#summary = {
      transactionId,
      at: leg?.startTime ?? this.at,
      direction: leg?.direction === 'Outbound' ? 'outbound' : 'inbound',
      from: leg?.from ?? '',
      to: leg?.to ?? '',
      functionArn,
      state: 'lost',
      durationMs: lastedMs,
      invocations: sequence,
      failedInvocations: 0,
      updates: 0,
      faults: 0,
      legId: leg?.legId ?? '',
    };
    this.#lines.add('\n');
    this.#writeBy = this.began;
  }

  /** The call in one row, as far as its lines have been made. */
  get summary(): CallSummary | undefined {
    if (this.#summary && this.#summary.state !== 'lost' && this.#summary.durationMs !== this.#ms) {
      this.#summary = { ...this.#summary, durationMs: this.#ms };
    }
    return this.#summary;
  }

  /**
   * Latest time, by the monotonic clock, at which the lines that have not been taken must be written;
   * infinite if there are none.
   */
  get writeBy(): number {
    return this.#writeBy;
  }

  /**
   * Adds an entry. `when` is the time by the monotonic clock; `end` makes the last line. Returns the entry as
   * recorded: masked, and without its times until somebody asks for them.
   */
  add(entry: ReportedEntry | SipText | 'end', at: number, when: number): WrittenEntry | undefined {
    if (this.broken) return undefined;
    const ms = Math.max(0, Math.round((when - this.began) * 10) / 10);
    if (entry === 'end') {
      this.ended = true;
      this.#writeBy = Math.min(this.#writeBy, when + UNWRITTEN_MS);
      this.#ms = ms;
      const { summary } = this;
      return summary && this.#append(new WrittenEntry({ kind: 'End', summary }, at, ms));
    }
    const fitting = this.#fitting(entry);
    if (!fitting) return undefined;
    const waitMs = fitting.kind === 'Levels' ? UNWRITTEN_LEVELS_MS : UNWRITTEN_MS;
    this.#writeBy = Math.min(this.#writeBy, when + waitMs);
    return this.#append(new WrittenEntry(this.#mask.entry(fitting), at, ms));
  }

  /** Takes the lines since the last call; undefined if there are none. */
  take(): Buffer | undefined {
    this.#writeBy = Number.POSITIVE_INFINITY;
    return this.#lines.take();
  }

  break(): void {
    this.broken = true;
  }

  #append(written: WrittenEntry): WrittenEntry {
    const { entry, at, ms } = written;
    const { kind } = entry;
    this.#ms = ms;
    if (changesSummary(entry)) this.#summary = summaryAfter(this.#summary, written.timed);
    if (this.#cut && kind !== 'End') return written;
    const { line } = written;
    if (kind !== 'End' && this.#characters + line.length > this.#limits.callBytes) {
      this.#cut = true;
      this.#lines.add(new WrittenEntry({ kind: 'Cut', afterBytes: this.#characters }, at, ms).line);
      return written;
    }
    this.#characters += line.length;
    if (ASIDE.has(kind)) this.#asideCharacters += line.length;
    else if (kind === 'Levels') this.#levelsCharacters += line.length;
    this.#lines.add(line);
    return written;
  }

  /** The entry with its long texts shortened; undefined if the limit for its kind is reached. */
  #fitting(reported: ReportedEntry | SipText): ReportedEntry | undefined {
    const { callBytes, asideShare, levelsShare, sipMessagesOfLeg, textCharacters } = this.#limits;
    const isSip = !('kind' in reported);
    if (!isSip && reported.kind === 'Levels') {
      return this.#levelsCharacters > callBytes * levelsShare ? undefined : reported;
    }
    if (!isSip && !ASIDE.has(reported.kind)) return reported;
    if (this.#asideCharacters > callBytes * asideShare) return undefined;
    if (!isSip) {
      if (reported.kind !== 'FunctionLog') return reported;
      return { ...reported, text: reported.text.slice(0, textCharacters) };
    }
    const messages = (this.#sipMessages.get(reported.legId) ?? 0) + 1;
    this.#sipMessages.set(reported.legId, messages);
    return messages > sipMessagesOfLeg ? undefined : sipEntry(reported, textCharacters);
  }
}
