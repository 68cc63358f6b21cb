import type { Clock, Log } from '#platform';

/** Interval of the log lines about a flood, ms. */
const TELL_MS = 10_000;
/** Maximum number of sources that are counted separately. */
const SOURCES = 100;

/** Logs who sends more datagrams than can be handled: a line now and then, for the source that sends most. */
export class UnreadReport {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #counts = new Map<string, number>();
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  count(source: string): void {
    const before = this.#counts.get(source);
    if (before === undefined && this.#counts.size >= SOURCES) return;
    this.#counts.set(source, (before ?? 0) + 1);
    this.#cancel ??= this.#clock.after(TELL_MS, () => this.#tell());
  }

  close(): void {
    this.#cancel?.();
  }

  #tell(): void {
    this.#cancel = undefined;
    const [most] = [...this.#counts].sort(([, one], [, other]) => other - one);
    const others = this.#counts.size - 1;
    this.#counts.clear();
    if (!most) return;
    const [source, count] = most;
    const more = others > 0 ? ` So it is with ${others} more.` : '';
    this.#log.warn(
      `${source} sends more SIP messages by UDP than can be handled: ${count} were left unread in ${TELL_MS / 1_000} s. Other callers take turns with it and lose nothing.${more}`,
    );
  }
}
