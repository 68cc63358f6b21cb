export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Where parts of the runtime report. A line says what happened and to what; it never holds a PIN, digits
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
 * Control characters, line ends and tabs aside. A line may quote a stranger (a caller's name, a header), and
 * must not command the terminal that shows it.
 */
const CONTROL = /[^\P{Cc}\n\t]/gu;

/** A log that hands every line to `write`, without control characters. */
export function makeLog(
  write: (level: LogLevel, name: string, text: string, fields?: Record<string, unknown>) => void,
  name = '',
): Log {
  const at =
    (level: LogLevel) =>
    (text: string, fields?: Record<string, unknown>): void =>
      write(level, name, text.replace(CONTROL, '\uFFFD'), fields);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (inner) => makeLog(write, name ? `${name}.${inner}` : inner),
  };
}

/** A log that says nothing. */
export const silentLog: Log = makeLog(() => {});
