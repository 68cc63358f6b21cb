export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * The log of the parts of the runtime. A line says what happened and to what; it never contains a PIN, digits
 * that a caller pressed, a join token, a credential or a bearer token.
 */
export interface Log {
  debug(text: string, fields?: Record<string, unknown>): void;
  info(text: string, fields?: Record<string, unknown>): void;
  warn(text: string, fields?: Record<string, unknown>): void;
  error(text: string, fields?: Record<string, unknown>): void;
  /** The same log with a name before each line. */
  child(name: string): Log;
}

/**
 * Control characters other than line feeds and tabs, and the characters that change the writing direction
 * (Unicode Standard Annex 9) or end a line. A line may quote a stranger (a caller's name, a header) and must
 * neither control the terminal that shows it nor look like another line.
 */
const COMMANDING = /[^\P{Cc}\n\t]|[\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF]/gu;
/** Maximum characters of a line; the number of further ones is shown. Ours. */
export const MAX_LINE_CHARACTERS = 4_000;
/** Maximum characters quoted of a text chosen by a stranger. Ours; a telephone number has 16. */
const MAX_QUOTED_CHARACTERS = 64;

/** The text in a form that a log line may show. */
export function printable(text: string): string {
  const more = text.length - MAX_LINE_CHARACTERS;
  const cut = more > 0 ? `${text.slice(0, MAX_LINE_CHARACTERS)} … (${more} more characters)` : text;
  return cut.replace(COMMANDING, '\uFFFD');
}

/** A stranger's text for a log line: short, and on one line. */
export function quoted(text: string): string {
  const more = text.length - MAX_QUOTED_CHARACTERS;
  const cut = more > 0 ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}… (${more} more characters)` : text;
  return cut.replace(/[\n\t]/g, '\uFFFD').replace(COMMANDING, '\uFFFD');
}

/** Creates a log that passes every line to `write` after `printable`. */
export function createLog(
  write: (level: LogLevel, name: string, text: string, fields?: Record<string, unknown>) => void,
  name = '',
): Log {
  const at =
    (level: LogLevel) =>
    (text: string, fields?: Record<string, unknown>): void =>
      write(level, name, printable(text), fields);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (inner) => createLog(write, name ? `${name}.${inner}` : inner),
  };
}

/** A log that discards every line. */
export const silentLog: Log = createLog(() => {});
