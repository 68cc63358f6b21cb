import type { Call } from 'pstn-audio/engine';
import { type CallSummary, changesSummary, Mask, type ReportedEntry, summaryAfter } from 'pstn-audio/record';
import { type RecordLimits, UNWRITTEN_LEVELS_MS, UNWRITTEN_MS } from './limits.ts';
import { LineBytes } from './line-bytes.ts';
import { type SipText, sipEntry } from './sip-text.ts';
import { WrittenEntry } from './written-entry.ts';

/** What tells of a call and is not needed to go through it again. */
const ASIDE: ReadonlySet<string> = new Set(['FunctionLog', 'Sip', 'TableAnswer']);

type Limits = Pick<
  RecordLimits,
  'callBytes' | 'asideShare' | 'levelsShare' | 'sipMessagesOfLeg' | 'textCharacters'
>;

/** The record of a call in progress: makes lines of what is reported, as many as the limits let be. */
export class OpenRecord {
  readonly transactionId: string;
  /** Milliseconds since the epoch at which it began. */
  readonly at: number;
  /** The same by the monotonic clock. */
  readonly began: number;
  /** Those that lead here. */
  readonly legIds = new Set<string>();
  /** A line was lost: what followed it would be misunderstood, so nothing follows. */
  broken = false;
  /** Its last line has been made. */
  ended = false;
  readonly #mask: Mask;
  readonly #limits: Limits;
  readonly #sipMessages = new Map<string, number>();
  #summary: CallSummary | undefined;
  /** Of the last entry. */
  #ms = 0;
  #characters = 0;
  #asideCharacters = 0;
  #levelsCharacters = 0;
  #cut = false;
  readonly #lines = new LineBytes();
  #writeBy = Number.POSITIVE_INFINITY;

  /** @param began milliseconds since the epoch, and by the monotonic clock */
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
   * A call that a runtime before this one recorded: what is known of it. Its last line may be torn.
   *
   * @param lastedMs from its beginning to the last that the runtime wrote of it
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

  /** The call in one row, as far as lines have been made. */
  get summary(): CallSummary | undefined {
    if (this.#summary && this.#summary.state !== 'lost' && this.#summary.durationMs !== this.#ms) {
      this.#summary = { ...this.#summary, durationMs: this.#ms };
    }
    return this.#summary;
  }

  /** When the lines that have not been taken are to be written at the latest, by the monotonic clock; infinite when there are none. */
  get writeBy(): number {
    return this.#writeBy;
  }

  /**
   * `when` is of the monotonic clock; `end`: the last line. Gives what was written down: masked, and without its times
   * until somebody asks.
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

  /** The lines since the last time; undefined when there are none. */
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

  /** The entry without what is too long; undefined when there are too many of its kind. */
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
