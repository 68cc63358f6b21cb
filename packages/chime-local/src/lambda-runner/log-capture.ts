import { StringDecoder } from 'node:string_decoder';
import { LOG_TAIL_BYTES, MAX_LOG_LINE_CHARACTERS, MAX_LOG_LINES_PER_SECOND } from './limits.ts';

type Source = 'stdout' | 'stderr';

/**
 * Cuts the output of a process into lines, limits their length and rate, passes them on, and keeps the last 4
 * KB of the running invocation.
 */
export class LogCapture {
  readonly #emit: (text: string, requestId: string | undefined) => void;
  readonly #now: () => number;
  readonly #partial: Record<Source, { decoder: StringDecoder; text: string; dropped: number }> = {
    stdout: { decoder: new StringDecoder('utf8'), text: '', dropped: 0 },
    stderr: { decoder: new StringDecoder('utf8'), text: '', dropped: 0 },
  };
  #requestId: string | undefined;
  #tail: string[] = [];
  #tailCharacters = 0;
  #second = 0;
  #linesInSecond = 0;
  #linesDropped = 0;

  constructor(emit: (text: string, requestId: string | undefined) => void, now: () => number) {
    this.#emit = emit;
    this.#now = now;
  }

  begin(requestId: string): void {
    this.#requestId = requestId;
    this.#tail = [];
    this.#tailCharacters = 0;
  }

  /** Returns the last 4 KB of the invocation's log, including END and REPORT; later lines belong to no invocation. */
  end(): string {
    const tail = this.#tail.join('');
    this.#requestId = undefined;
    this.#tail = [];
    this.#tailCharacters = 0;
    if (Buffer.byteLength(tail) <= LOG_TAIL_BYTES) return tail;
    const bytes = Buffer.from(tail).subarray(-LOG_TAIL_BYTES);
    // A character that was cut in half leaves its continuation bytes, which are skipped.
    let start = 0;
    while (start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
    return bytes.subarray(start).toString();
  }

  /** Takes output of the process. */
  feed(source: Source, chunk: Buffer): void {
    const partial = this.#partial[source];
    const text = partial.decoder.write(chunk);
    let from = 0;
    for (;;) {
      const end = text.indexOf('\n', from);
      this.#append(partial, text.slice(from, end < 0 ? undefined : end));
      if (end < 0) return;
      from = end + 1;
      this.#finish(partial);
    }
  }

  /** Emits a last line without a line feed, when the invocation or the process has ended. */
  flush(): void {
    for (const partial of Object.values(this.#partial)) {
      if (partial.text || partial.dropped) this.#finish(partial);
    }
  }

  /** Logs a line of the runner's own: START, END, REPORT. Never dropped. */
  system(text: string): void {
    this.#keep(text);
    this.#emit(text, this.#requestId);
  }

  #append(partial: { text: string; dropped: number }, piece: string): void {
    const room = MAX_LOG_LINE_CHARACTERS - partial.text.length;
    partial.text += piece.length <= room ? piece : piece.slice(0, room);
    partial.dropped += Math.max(0, piece.length - room);
  }

  #finish(partial: { text: string; dropped: number }): void {
    const cut = partial.dropped ? ` … (${partial.dropped} more characters)` : '';
    const line = `${partial.text.endsWith('\r') ? partial.text.slice(0, -1) : partial.text}${cut}`;
    partial.text = '';
    partial.dropped = 0;
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#linesInSecond = 0;
      if (this.#linesDropped) this.system(`… ${this.#linesDropped} lines were dropped: too many in a second`);
      this.#linesDropped = 0;
    }
    if (++this.#linesInSecond > MAX_LOG_LINES_PER_SECOND) {
      this.#linesDropped++;
      return;
    }
    this.system(line);
  }

  #keep(line: string): void {
    this.#tail.push(`${line}\n`);
    this.#tailCharacters += line.length + 1;
    while (this.#tail.length > 1 && this.#tailCharacters - (this.#tail[0]?.length ?? 0) >= LOG_TAIL_BYTES) {
      this.#tailCharacters -= this.#tail.shift()?.length ?? 0;
    }
  }
}
