import { TokenBucket } from '#platform';

/** Maximum number of remembered sources; beyond it, the one that called longest ago starts afresh. */
const SOURCES = 1_000;

/**
 * Limits calls a second for all sources together, of which one source can take only its share; without a
 * share, for each source.
 */
export class SourceRates {
  readonly #all: TokenBucket | undefined;
  readonly #perSource: () => TokenBucket;
  readonly #bySource = new Map<string, TokenBucket>();

  constructor(perSecond: number, burst: number, share?: number) {
    if (share !== undefined) this.#all = new TokenBucket(perSecond, burst);
    const part = share ?? 1;
    this.#perSource = () => new TokenBucket(perSecond * part, Math.max(1, burst * part));
  }

  take(source: string, now: number): boolean {
    const own = this.#bySource.get(source) ?? this.#perSource();
    this.#bySource.delete(source);
    this.#bySource.set(source, own);
    const [oldest] = this.#bySource.keys();
    if (this.#bySource.size > SOURCES && oldest !== undefined) this.#bySource.delete(oldest);
    return own.take(now) && (this.#all?.take(now) ?? true);
  }
}
