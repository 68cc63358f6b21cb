import path from 'node:path';
import type { RecordEntry } from 'pstn-audio/record';
import { createLog, type Log, LogFile, type LogLevel, printable } from '#platform';
import type { Endpoints, ReadyNotes, Reporter } from '#runtime';
import { hanging, INDENT } from './hanging-lines.ts';
import { LineBudget } from './line-budget.ts';

const COLOURS = { dim: 2, bold: 1, red: 31, yellow: 33, green: 32, cyan: 36 } as const;
type Colour = keyof typeof COLOURS;

/** Characters of a function's line that are shown; the log file contains the whole line. */
const MAX_SHOWN = 300;
/** Lines of a stack trace that are shown without --verbose. */
const MAX_FRAMES = 4;
/** Lines per second that functions may print here; the log file contains all of them. */
export const FUNCTION_LINES_A_SECOND = 20;
/**
 * Lines per second that one part of the runtime may print; strangers can cause some of them, e.g. refused
 * calls.
 */
export const PART_LINES_A_SECOND = 20;
/** Indent of the continuation lines in the rows that a start prints. */
const ROW_INDENT = ' '.repeat(8);
const LOG_FILE = path.join('logs', 'runtime.log');

/** The output of the terminal. Everything, including debug lines, also goes to a log file. */
export class Terminal implements Reporter {
  readonly #verbose: boolean;
  readonly #lan: boolean;
  readonly #colour: boolean;
  readonly #awsEnvironment: string;
  readonly #budget = new LineBudget(FUNCTION_LINES_A_SECOND, (dropped) =>
    this.#out('yellow', `… ${moreLines(dropped, ' of functions')} in ${this.logPath} only.`),
  );
  readonly #partBudgets = new Map<string, LineBudget>();
  #file: LogFile | undefined;

  constructor(options: { verbose: boolean; lan: boolean; awsEnvironment: string }) {
    this.#awsEnvironment = options.awsEnvironment;
    this.#verbose = options.verbose;
    this.#lan = options.lan;
    this.#colour = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR && !process.env.CI;
  }

  /** Starts a log file in the data folder. */
  keepLog(dataDirectory: string): void {
    this.#file = new LogFile(path.join(dataDirectory, LOG_FILE));
    process.once('exit', () => this.#file?.flush());
  }

  get logPath(): string {
    return this.#file?.path ?? 'the log file';
  }

  /** Prints a step of a longer task. */
  progress(text: string): void {
    process.stdout.write(`${this.#paint('dim', text)}\n`);
  }

  /**
   * Prints an answer to the user. Control characters are replaced, since callers' numbers come from outside.
   */
  say(text: string): void {
    process.stdout.write(`${printable(text)}\n`);
  }

  /** Prints the event or the answer of a record's entry as a document. */
  showInFull(entry: RecordEntry): void {
    const document =
      entry.kind === 'Output' && entry.output.kind === 'InvokeFunction'
        ? entry.output.event
        : entry.kind === 'Input' && entry.input.kind === 'FunctionResponded'
          ? parsedOr(entry.input.payload)
          : undefined;
    if (document === undefined) return;
    const lines = printable(JSON.stringify(document, null, 2)).split('\n');
    for (const line of lines) process.stdout.write(`${this.#paint('dim', `${INDENT}${line}`)}\n`);
  }

  /** Logs a point that the start has reached, for those who investigate where its time goes (--verbose). */
  milestone(text: string): void {
    this.log.debug(`${text} (${secondsOfProcess()} s).`);
  }

  /** Prints the sentence that ends a failed start. */
  failure(text: string): void {
    process.stderr.write(`${this.#paint('red', text)}\n`);
  }

  readonly log: Log = createLog((level, name, text, fields) => this.#line(level, name, text, fields));

  /** Prints a line that a function printed; a quiet line goes only to the log. */
  functionLine(functionName: string, text: string, quiet = false): void {
    this.#append(`function ${functionName} ${printable(text)}`);
    const own = /^(START|END|REPORT|INIT_START) /.test(text);
    if ((own || quiet) && !this.#verbose) return;
    if (!this.#verbose && !this.#budget.take()) return;
    const whole = printable(this.#verbose ? text : withoutPreamble(text));
    const cut = whole.length > MAX_SHOWN && !this.#verbose ? `${whole.slice(0, MAX_SHOWN)} …` : whole;
    const bad = /\b(ERROR|WARN|Task timed out|Error:|Traceback)\b/.test(text);
    this.#out(bad ? 'yellow' : 'dim', `${shortName(functionName)}: ${cut}`);
  }

  /** Prints what a function threw, with its source positions; `text` is the line that its runtime wrote. */
  functionFault(
    functionName: string,
    { type, message, frames }: Parameters<Reporter['functionFault']>[1],
    text: string,
  ): void {
    this.#append(`function ${functionName} ${printable(text)}`);
    if (!this.#verbose && !this.#budget.take()) return;
    const places = frames
      .slice(0, this.#verbose ? frames.length : MAX_FRAMES)
      .map(({ text: inside, file = '', line, column }) => {
        const place = `${shortPath(file)}:${line}${column === undefined ? '' : `:${column}`}`;
        return `${INDENT}${this.#paint('dim', printable(inside ? `at ${inside} (${place})` : `at ${place}`))}`;
      });
    const what = printable(`${shortName(functionName)}: ${type}: ${message}`).slice(0, MAX_SHOWN);
    this.#out('red', what);
    for (const place of places) process.stdout.write(`${place}\n`);
  }

  /** Prints where everything is once the start is complete. */
  ready(endpoints: Endpoints, notes: ReadyNotes['rows'], { empty = false }: { empty?: boolean } = {}): void {
    process.stdout.write(
      `\n${this.#paint('green', `Ready in ${secondsOfProcess()} s.`)} Ctrl-C ends calls and stops.\n\n${this.#where(endpoints, notes)}\n\n`,
    );
    if (empty && !endpoints.phoneNumber) process.stdout.write(howToDeploy(this.#awsEnvironment));
  }

  /**
   * Prints where everything is after a deployment. It is not logged, since an application's rows may contain
   * a PIN.
   */
  deployed(stackName: string, endpoints: Endpoints, notes: ReadyNotes['rows']): void {
    process.stdout.write(
      `\n${this.#paint('green', `${stackName} is deployed.`)}\n\n${this.#where(endpoints, notes)}\n\n`,
    );
  }

  #where(endpoints: Endpoints, notes: ReadyNotes['rows']): string {
    const { phoneNumber, sip } = endpoints;
    const rows: [string, string, Colour?][] = [
      ['Phone', `${endpoints.phone} (in your browser: press Call)`, 'cyan'],
      ['Dial', dialRow(endpoints, 0), 'bold'],
      [
        '',
        phoneNumber &&
          `sip:${phoneNumber}@${sip.host}:${sip.port}${this.#lan ? '' : ' (this machine only; --lan lets others call)'}`,
      ],
      [
        '',
        sip.tlsPort
          ? `sip:${phoneNumber}@${sip.host}:${sip.tlsPort};transport=tls (trust ${sip.certificate})`
          : '',
      ],
      ...endpoints.phoneNumbers
        .slice(1)
        .map((_, index): [string, string, Colour] => ['', dialRow(endpoints, index + 1), 'bold']),
      ['', sip.password ? `phones that register: their number as the user, password ${sip.password}` : ''],
      ...notes.map(({ name, value }): [string, string, Colour] => [name, value, 'bold']),
      ['Page', endpoints.console, 'cyan'],
      ['Calls', `${endpoints.calls} (what happens on each call)`, 'cyan'],
      ['API', endpoints.api],
      [
        'AWS',
        endpoints.awsEndpoint &&
          `${endpoints.awsEndpoint} (for the AWS CLI and SDKs: eval "$(${this.#awsEnvironment})")`,
      ],
    ];
    return rows
      .filter(([, value]) => value !== '')
      .flatMap(([name, value, colour]) => {
        const lines = hanging(value, columnsOfWindow(), ROW_INDENT.length);
        return lines.map((line, index) => {
          const before = index === 0 ? `  ${this.#paint('dim', name.padEnd(5))} ` : ROW_INDENT;
          return `${before}${colour ? this.#paint(colour, line) : line}`;
        });
      })
      .join('\n');
  }

  #line(level: LogLevel, name: string, text: string, fields?: Record<string, unknown>): void {
    // Events on calls are the terminal's main content and need no name before them.
    const where = name && name !== 'calls' ? `${name}: ` : '';
    const more = fields && Object.keys(fields).length > 0 ? ` ${printable(JSON.stringify(fields))}` : '';
    this.#append(`${level} ${name ? `${name}: ` : ''}${text}${more}`);
    if (level === 'debug' && !this.#verbose) return;
    // A repeated error is printed once per second, so that its consequences are seen, too.
    const repeatable = level === 'warn' || level === 'error' ? text : undefined;
    if (!this.#verbose && !this.#budgetOf(name, level === 'error').take(repeatable)) return;
    const colour = level === 'error' ? 'red' : level === 'warn' ? 'yellow' : undefined;
    this.#out(colour, `${where}${text}${this.#verbose ? more : ''}`);
  }

  /** Prints a line with the time of day before it. */
  #out(colour: Colour | undefined, text: string): void {
    const time = new Date().toTimeString().slice(0, 8);
    const [first = '', ...more] = hanging(text, columnsOfWindow());
    const painted = (line: string): string => (colour ? this.#paint(colour, line) : line);
    process.stdout.write(`${this.#paint('dim', time)}  ${painted(first)}\n`);
    for (const line of more) process.stdout.write(`${INDENT}${painted(line)}\n`);
  }

  #append(text: string): void {
    this.#file?.append(`${new Date().toISOString()} ${text}\n`);
  }

  /**
   * The line budget of a part; further lines are only counted. Errors explain a flood of lines, so they count
   * apart.
   */
  #budgetOf(part: string, isError: boolean): LineBudget {
    const key = `${part} ${isError}`;
    let budget = this.#partBudgets.get(key);
    if (!budget) {
      const tell = (dropped: number) =>
        this.#out('yellow', `${part}: … ${moreLines(dropped)} in ${this.logPath} only.`);
      budget = new LineBudget(PART_LINES_A_SECOND, tell);
      this.#partBudgets.set(key, budget);
    }
    return budget;
  }

  #paint(colour: Colour, text: string): string {
    return this.#colour ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }
}

const moreLines = (count: number, whose = ''): string =>
  count === 1 ? `1 more line${whose} is` : `${count} more lines${whose} are`;

/** The window's width; undefined if there is no window, as in a pipe. */
function columnsOfWindow(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

/** A phone number; if there are several, followed by the application that it leads to. */
function dialRow({ phoneNumber, phoneNumbers }: Endpoints, index: number): string {
  const row = phoneNumbers[index];
  if (!row) return index === 0 ? phoneNumber : '';
  return phoneNumbers.length > 1 && row.name ? `${row.phoneNumber} (${row.name})` : row.phoneNumber;
}

/** How to deploy to an empty account. `environment`: the command that prints the variables for a shell. */
const howToDeploy = (
  environment: string,
): string => `The account is empty. Deploy a CDK app to it from another terminal, in the app's folder:

  eval "$(${environment})"
  npx cdk bootstrap
  npx cdk deploy

`;

/** Removes what Lambda's Node.js runtime puts before each line: time, request id and level. */
const withoutPreamble = (text: string): string =>
  text.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z\t[\w-]+\t(?:(INFO)|([A-Z]+))\t/, (_, _info, level) =>
    level ? `${level} ` : '',
  );

/** The parsed JSON document, or the text itself if it is not JSON. */
function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The path relative to the working directory if it lies below it, otherwise unchanged. */
function shortPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}

/** Seconds since the process started, which is how long the user has waited. */
const secondsOfProcess = (): string => (performance.now() / 1000).toFixed(1);

/**
 * `LiveCall-queryMeetingsFD9D3A4C-1A2B3C4D5E6F` is `queryMeetings` in the template, between the stack's name
 * and hashes.
 */
const shortName = (functionName: string): string =>
  functionName
    .replace(/^[A-Za-z]\w*-/, '')
    .replace(/-[0-9A-Z]{12}$/, '')
    .replace(/[0-9A-F]{8}$/, '');
