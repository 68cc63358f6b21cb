import type { FunctionFault } from '#lambda-runner';
import { createLog, type Log } from '#platform';
import type { ReadyNotes } from './application.ts';
import type { Endpoints } from './endpoints.ts';
import type { RuntimeLine } from './runtime-line.ts';

/** Where a start and the running stack report: a terminal, or whoever uses the runtime as a library. */
export interface Reporter {
  readonly log: Log;
  /** A step of longer work. */
  progress(text: string): void;
  /** A point that the start has reached, for those who look where its time goes. */
  milestone(text: string): void;
  /** Told of the folder with the stack's data, before anything is logged. */
  keepLog(dataDirectory: string): void;
  /** A line that a function printed. `quiet`: it is for the log, not for the terminal. */
  functionLine(functionName: string, text: string, quiet?: boolean): void;
  /** A function threw: its error, with the places of the developer's sources. */
  functionFault(functionName: string, fault: FunctionFault, text: string): void;
  /** A stack was deployed: where everything is now. Not for a log: an application's rows may have a PIN. */
  deployed?(stackName: string, endpoints: Endpoints, rows: ReadyNotes['rows']): void;
}

/** A reporter that hands each line to `onLine`. Lines hold no PIN, digit, token or credential of the runtime. */
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
