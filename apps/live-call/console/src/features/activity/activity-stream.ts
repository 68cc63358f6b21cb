import type { Clock } from 'page-ui/clock.ts';
import { isObject } from 'page-ui/is-object.ts';

import type { TokenSource } from '../../server/api.ts';

/** Milliseconds before a broken stream is opened again; the wait doubles with each failure. */
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 8000;
/** Maximum characters of a line; 250 attendee ids of 36 characters fit several times over. */
const MAX_LINE = 64 * 1024;

/** The ids of the attendees who are speaking; undefined while that is not known. */
export type Speaking = ReadonlySet<string> | undefined;

/** The number of calls that were turned away for one reason since the emulator started. */
export interface Refusals {
  why: string;
  calls: number;
}

const NO_REFUSALS: readonly Refusals[] = [];

/**
 * Follows the stream of JSON lines and opens it again when it breaks. A line is either a whole state,
 * `{"speaking":[attendeeId…],"refusals":[{"why":…,"calls":…}…]}`, or a change to it,
 * `{"began":[attendeeId…],"ended":[…]}`.
 */
export class ActivityStream {
  readonly #url: string;
  readonly #tokens: TokenSource;
  readonly #clock: Clock;
  readonly #fetcher: typeof fetch;
  readonly #listeners = new Set<() => void>();
  #speaking: Speaking;
  #refusals: readonly Refusals[] = NO_REFUSALS;
  /** Called with true when the emulator announces that it will report changes, and with false when it no longer can. */
  onTellsChanges: (tells: boolean) => void = () => {};
  /** Called when something that the page shows may have changed. */
  onChanged: () => void = () => {};
  #control: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  #failures = 0;

  constructor(url: string, tokens: TokenSource, clock: Clock, fetcher: typeof fetch) {
    this.#url = url;
    this.#tokens = tokens;
    this.#clock = clock;
    this.#fetcher = fetcher;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSpeaking = (): Speaking => this.#speaking;

  /** The refusals received last; they are kept when the stream breaks. */
  readonly getRefusals = (): readonly Refusals[] => this.#refusals;

  /** Opens the stream, or closes it when nobody looks at the page. */
  watch(watched: boolean): void {
    if (watched === (this.#control !== undefined)) return;
    this.#cancelTimer?.();
    if (watched) {
      this.#control = new AbortController();
      void this.#follow(this.#control.signal);
    } else {
      this.#control?.abort();
      this.#control = undefined;
      this.#set(undefined);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    try {
      await this.#read(signal);
    } catch {
      // A stream that breaks is opened again below.
    }
    if (signal.aborted) return;
    this.#set(undefined);
    const wait = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#cancelTimer = this.#clock.after(wait, () => void this.#follow(signal));
  }

  async #read(signal: AbortSignal): Promise<void> {
    let token = await this.#tokens.accessToken();
    const open = () =>
      this.#fetcher(this.#url, {
        headers: { authorization: `Bearer ${token}` },
        signal,
        credentials: 'omit',
      });
    let response = await open();
    if (response.status === 401) {
      token = await this.#tokens.renew(token);
      response = await open();
    }
    if (!response.ok || !response.body) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) return void reader.cancel();
      for (const line of lines) this.#take(line);
    }
  }

  #take(line: string): void {
    if (hasFlag(line, 'changed')) this.onChanged();
    if (hasFlag(line, 'tellsChanges')) this.onTellsChanges(true);
    const speaking = speakingOf(line) ?? changed(this.#speaking, line);
    if (!speaking) return;
    this.#failures = 0;
    if (speakingOf(line)) this.#refusals = refusalsOf(line);
    this.#set(speaking);
  }

  #set(speaking: Speaking): void {
    if (speaking === this.#speaking) return;
    this.#speaking = speaking;
    if (speaking === undefined) this.onTellsChanges(false);
    for (const listener of this.#listeners) listener();
  }
}

/** The attendees who are speaking according to a line; undefined when the line is empty or of another kind. */
export function speakingOf(line: string): Speaking {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value) && Array.isArray(value.speaking))
      return new Set(value.speaking.filter((id): id is string => typeof id === 'string'));
  } catch {
    // Not JSON: the line is ignored.
  }
  return undefined;
}

/** Whether the line has this member with the value `true`. */
function hasFlag(line: string, name: 'changed' | 'tellsChanges'): boolean {
  if (!line.includes(name)) return false;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) && value[name] === true;
  } catch {
    // Not JSON: the line is ignored.
    return false;
  }
}

/**
 * Who is speaking after a line of changes; undefined when the line has no changes or it was not known who was
 * speaking.
 */
function changed(speaking: Speaking, line: string): Speaking {
  const { began, ended } = changesOf(line);
  if (!speaking || began.length + ended.length === 0) return undefined;
  const now = new Set(speaking);
  for (const id of ended) now.delete(id);
  for (const id of began) now.add(id);
  return now;
}

function changesOf(line: string): { began: string[]; ended: string[] } {
  const texts = (value: unknown) =>
    Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : [];
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return { began: texts(value.began), ended: texts(value.ended) };
  } catch {
    // Not JSON: the line is ignored.
  }
  return { began: [], ended: [] };
}

/** The refused calls that a line reports; empty when it reports none. */
export function refusalsOf(line: string): readonly Refusals[] {
  const value: unknown = JSON.parse(line);
  if (!isObject(value) || !Array.isArray(value.refusals)) return NO_REFUSALS;
  return value.refusals.filter(
    (one): one is Refusals => isObject(one) && typeof one.why === 'string' && typeof one.calls === 'number',
  );
}

/** Keeps the stream open only while the page is visible. */
export function streamWhileVisible(stream: ActivityStream): () => void {
  const look = () => stream.watch(document.visibilityState === 'visible');
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    stream.watch(false);
  };
}
