/** An error of a function, as its runtime describes it. */
export interface FunctionFault {
  type: string;
  message: string;
  frames: Frame[];
}

/** One line of a stack trace: its text, and the place in the developer's source that it names. */
export interface Frame {
  text: string;
  file?: string;
  line?: number;
  column?: number;
}

/** Matches `at decide (file:///app/decide.ts:3:7)` or `at /app/decide.ts:3:7`. */
const NODE_FRAME = /^\s*at (?:(.*?) \()?(?:file:\/\/)?(\/?[^():]+|[A-Za-z]:[^():]+):(\d+):(\d+)\)?$/;
/** Matches `File "/app/decide.py", line 3, in decide`; the source line may follow. */
const PYTHON_FRAME = /^\s*File "([^"]+)", line (\d+), in (\S+)/;
/** Matches the runtime's own files. */
const RUNTIMES_OWN = /^node:|^<frozen |[\\/]lambda-runner[\\/]bootstrap[\\/]/;
/** Maximum number of trace lines that are reported. Ours; Node.js keeps ten. */
const MAX_FRAMES = 20;
/** Matches the line that Lambda's Node.js runtime logs for an error; the document follows the title. */
const LOGGED_ERROR = /\tERROR\t(?:Invoke Error|Unhandled Promise Rejection|Uncaught Exception) (\{.*)$/s;

/** The lines of a trace that point into the function; those of the runtime are left out. */
export function framesOf(trace: readonly string[]): Frame[] {
  const frames = trace.flatMap((line): Frame[] => {
    const [, name, file, at, column] = NODE_FRAME.exec(line) ?? [];
    if (file !== undefined) {
      return [{ text: name ?? '', file, line: Number(at), column: Number(column) }];
    }
    const [, python, number, inside] = PYTHON_FRAME.exec(line) ?? [];
    if (python !== undefined) return [{ text: inside ?? '', file: python, line: Number(number) }];
    return [];
  });
  return frames.filter(({ file = '' }) => !RUNTIMES_OWN.test(file)).slice(0, MAX_FRAMES);
}

/** The error that a function's log line describes; undefined for other lines. */
export function faultInLine(text: string): FunctionFault | undefined {
  const document = LOGGED_ERROR.exec(text)?.[1];
  if (document === undefined) return undefined;
  try {
    const { errorType, errorMessage, stack } = JSON.parse(document) as Record<string, unknown>;
    const trace = Array.isArray(stack) ? stack.map(String) : [];
    return { type: String(errorType), message: String(errorMessage), frames: framesOf(trace) };
  } catch {
    return undefined;
  }
}
