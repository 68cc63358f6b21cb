import type { RecordEntry, ReportedEntry } from 'pstn-audio/record';

/** An entry of a record as it is written: masked, and with its times. */
export class WrittenEntry {
  readonly entry: ReportedEntry;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Milliseconds since the record began. */
  readonly ms: number;

  constructor(entry: ReportedEntry, at: number, ms: number) {
    this.entry = entry;
    this.at = at;
    this.ms = ms;
  }

  get timed(): RecordEntry {
    const { kind, ...rest } = this.entry;
    return { kind, at: this.at, ms: this.ms, ...rest } as RecordEntry;
  }

  /**
   * The times are inserted as text after the kind; copying the entry to add them would cost as much as all
   * the rest.
   */
  get line(): string {
    const beginning = `{"kind":"${this.entry.kind}"`;
    const text = JSON.stringify(this.entry);
    if (!text.startsWith(beginning)) return `${JSON.stringify(this.timed)}\n`;
    return `${beginning},"at":${this.at},"ms":${this.ms}${text.slice(beginning.length)}\n`;
  }
}
