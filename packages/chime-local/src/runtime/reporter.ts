import type { FunctionFault } from '#lambda-runner';
import { createLog, type Log } from '#platform';
import type { ReadyNotes } from './application.ts';
import type { Endpoints } from './endpoints.ts';
import type { RuntimeLine } from './runtime-line.ts';

/** The output of a start and of the running stack: a terminal, or the user of the library. */
export interface Reporter {
  readonly log: Log;
  /** Reports a step of longer work. */
  progress(text: string): void;
  /** Reports that the start has reached a point, for measurements of its duration. */
  milestone(text: string): void;
  /** Receives the folder with the stack's data, before anything is logged. */
  keepLog(dataDirectory: string): void;
  /** Receives a line that a function printed. `quiet` lines go to the log, but not to the terminal. */
  functionLine(functionName: string, text: string, quiet?: boolean): void;
  /** A function threw an error; it names places in the developer's sources. */
  functionFault(functionName: string, fault: FunctionFault, text: string): void;
  /**
   * A stack was deployed: receives the current endpoints. Not to be logged, as an application's rows may
   * contain a PIN.
   */
  deployed?(stackName: string, endpoints: Endpoints, rows: ReadyNotes['rows']): void;
}

/** A reporter that passes each line to `onLine`. Lines contain no PIN, digit, token or credential of the runtime. */
export function lineReporter(onLine: (line: RuntimeLine) => void): Reporter {
  return {
    log: createLog((level, source, text) => onLine({ level, source, text })),
    progress: (text) => onLine({ level: 'info', source: '', text }),
    milestone: (text) => onLine({ level: 'debug', source: '', text }),
    keepLog() {},
    functionFault: (name, _fault, text) => onLine({ level: 'info', source: `function ${name}`, text }),
    functionLine: (name, text, quiet) =>
      onLine({ level: quiet ? 'debug' : 'info', source: `function ${name}`, text }),
  };
}
