import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Log, type LogLevel, makeLog } from '#platform';
import type { Endpoints } from './endpoints-file.ts';

const COLOURS = { dim: 2, bold: 1, red: 31, yellow: 33, green: 32, cyan: 36 } as const;

/** What the person at the terminal sees; everything, debug lines too, also goes to a file. */
export class Terminal {
  readonly #verbose: boolean;
  readonly #colour: boolean;
  readonly #startedAt = performance.now();
  #file: string | undefined;

  constructor(verbose: boolean) {
    this.#verbose = verbose;
    this.#colour = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR;
  }

  /** Begins to keep a log file in the data folder. */
  keepLog(dataDirectory: string): void {
    const folder = path.join(dataDirectory, 'logs');
    mkdirSync(folder, { recursive: true });
    this.#file = path.join(folder, 'runtime.log');
  }

  /** A step of a longer work. */
  progress(text: string): void {
    process.stdout.write(`${this.#paint('dim', text)}\n`);
  }

  /** The sentence that ends a start that failed. */
  complaint(text: string): void {
    process.stderr.write(`${this.#paint('red', text)}\n`);
  }

  readonly log: Log = makeLog((level, name, text, fields) => this.#line(level, name, text, fields));

  /** A line that a function printed. */
  functionLine(functionName: string, text: string): void {
    const own = /^(START|END|REPORT|INIT_START) /.test(text);
    if (!own || this.#verbose) process.stdout.write(`${this.#paint('dim', `[${functionName}] ${text}`)}\n`);
    this.#append(`function ${functionName} ${text}`);
  }

  /** What `npm start` is for: where everything is. */
  ready(endpoints: Endpoints): void {
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(1);
    const rows: [string, string][] = [
      [
        'Dial',
        `${this.#paint('bold', endpoints.phoneNumber)}   sip:${endpoints.phoneNumber}@${endpoints.sip.host}:${endpoints.sip.port}`,
      ],
      ['PIN', this.#paint('bold', endpoints.pin)],
      ['Page', this.#paint('cyan', endpoints.console)],
      ['API', endpoints.api],
      ['AWS', `${endpoints.awsEndpoint}   (credentials in .local/endpoints.json)`],
    ];
    const lines = rows
      .filter(([, value]) => value.trim() !== '')
      .map(([name, value]) => `  ${this.#paint('dim', name.padEnd(5))} ${value}`);
    process.stdout.write(
      `\n${this.#paint('green', `Ready in ${seconds} s.`)} Ctrl-C ends calls and stops.\n\n${lines.join('\n')}\n\n`,
    );
  }

  #line(level: LogLevel, name: string, text: string, fields?: Record<string, unknown>): void {
    const where = name ? `${name}: ` : '';
    const more = fields && Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : '';
    this.#append(`${level} ${where}${text}${more}`);
    if (level === 'debug' && !this.#verbose) return;
    const shown = `${where}${text}${this.#verbose ? more : ''}`;
    const colour = level === 'error' ? 'red' : level === 'warn' ? 'yellow' : undefined;
    process.stdout.write(`${colour ? this.#paint(colour, shown) : shown}\n`);
  }

  #append(text: string): void {
    if (!this.#file) return;
    try {
      appendFileSync(this.#file, `${new Date().toISOString()} ${text}\n`);
    } catch {
      // The data folder went away (an ephemeral one at exit): the terminal still has the line.
    }
  }

  #paint(colour: keyof typeof COLOURS, text: string): string {
    return this.#colour ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }
}
