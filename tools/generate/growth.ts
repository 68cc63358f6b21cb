import { readFileSync } from 'node:fs';
import { MAX_LINE_CHARACTERS, MAX_LINES_PER_VALUE, MAX_LOG_BYTES, MIN_LINES_TO_COMPACT } from '#platform';
import { RECORD_LIMITS } from '../../packages/chime-local/src/calls/record/limits.ts';
import { MAX_WAITING_BYTES } from '../../packages/chime-local/src/calls/recordings/recordings.ts';
import {
  LINES_AT_ONCE,
  LINES_PER_SECOND,
} from '../../packages/chime-local/src/calls/sip-edge/refusal-report.ts';
import { FUNCTION_LINES_A_SECOND, PART_LINES_A_SECOND } from '../../packages/chime-local/src/cli/terminal.ts';
import {
  MAX_LOG_LINE_CHARACTERS,
  MAX_LOG_LINES_PER_SECOND,
} from '../../packages/chime-local/src/lambda-runner/limits.ts';
import { MAX_MINUTES, MAX_SERIES } from '../../packages/chime-local/src/services/cloudwatch/metric-store.ts';
import { MAX_CHARACTERS, MAX_EVENTS } from '../../packages/chime-local/src/services/logs/log-events.ts';

const SOURCES = 'packages/chime-local/src';
const MEGABYTE = 1024 * 1024;

interface Row {
  what: string;
  bound: string;
  /** The test that proves the bound: file and title. */
  test: [file: string, title: string];
}

const count = (number: number): string => number.toLocaleString('en');
const megabytes = (bytes: number): string => `${count(bytes / MEGABYTE)} MB`;
const TWO_FILES = `two files of ${megabytes(MAX_LOG_BYTES)}: the second is the one before`;
const ROTATES: Row['test'] = [
  'platform/log-file.test.ts',
  'The log is two files of its size at most, over starts',
];

/** Everything that the runtime keeps writing, or keeps of what happened. */
const ROWS: readonly Row[] = [
  {
    what: 'Terminal: lines of one part of the runtime',
    bound: `${PART_LINES_A_SECOND} a second; the same warning once a second`,
    test: ['cli/terminal.test.ts', 'a loop of errors leaves room for what comes of it'],
  },
  {
    what: 'Terminal: refused calls and registrations',
    bound: `${LINES_AT_ONCE} at once, then one in ${1 / LINES_PER_SECOND} s; the others are counted`,
    test: [
      'calls/sip-edge/refusal-report.test.ts',
      'Ten refusals are logged at once, then one every other second',
    ],
  },
  {
    what: 'Terminal: lines of functions',
    bound: `${FUNCTION_LINES_A_SECOND} a second; the others are counted, and in the log file`,
    test: ['cli/line-budget.test.ts', 'A number of lines a second passes; the rest is counted'],
  },
  {
    what: 'A line, in terminal and log file',
    bound: `${count(MAX_LINE_CHARACTERS)} characters`,
    test: ['platform/log.test.ts', 'a stranger’s text cannot reverse the line or fill the screen'],
  },
  {
    what: 'What a function prints (standard output and error)',
    bound: `${MAX_LOG_LINES_PER_SECOND} lines a second of a process, of ${count(MAX_LOG_LINE_CHARACTERS)} characters; the rest is counted`,
    test: [
      'lambda-runner/lambda-runner.test.ts',
      "A function's log is cut into bounded lines; 4 KB are returned",
    ],
  },
  { what: '`logs/runtime.log`', bound: TWO_FILES, test: ROTATES },
  {
    what: '`service-records/`: call detail records, message logs, refused calls',
    bound: `each ${TWO_FILES}`,
    test: ROTATES,
  },
  {
    what: '`calls/`: a record',
    bound: `${megabytes(RECORD_LIMITS.callBytes)}; it is cut, and still ends`,
    test: ['calls/record/call-records.test.ts', 'a record that is too long is cut, and still ends'],
  },
  {
    what: '`calls/`: all records',
    bound: `${count(RECORD_LIMITS.calls)} calls, ${megabytes(RECORD_LIMITS.totalBytes)}; the oldest goes first. Of a flood ${RECORD_LIMITS.newPerSecond} calls a second are recorded`,
    test: ['calls/record/call-records.test.ts', 'the oldest record goes when there are too many'],
  },
  {
    what: '`*.journal`: what APIs were told',
    bound: `${MAX_LINES_PER_VALUE} lines for each value that is kept, from ${count(MIN_LINES_TO_COMPACT)} on; then written anew`,
    test: ['platform/journal.test.ts', 'A journal does not grow with what has been replaced'],
  },
  {
    what: 'CloudWatch Logs (in memory)',
    bound: `the newest ${count(MAX_EVENTS)} events of a group, ${count(MAX_CHARACTERS / MEGABYTE)} million characters in all`,
    test: ['services/logs/logs.test.ts', 'Short events of many groups have a bound, too'],
  },
  {
    what: 'CloudWatch metrics (in memory)',
    bound: `${count(MAX_SERIES)} series of ${count(MAX_MINUTES)} minutes`,
    test: ['services/cloudwatch/cloudwatch.test.ts', 'keeps a day of minutes and a thousand series'],
  },
  {
    what: 'Recordings of calls',
    bound: `as long as the call, or as the action says; ${megabytes(MAX_WAITING_BYTES)} of each wait for a slow disk`,
    test: ['calls/recordings/recordings.test.ts', 'A full disk ends a recording and keeps what there was'],
  },
];

/** A link to the test. @throws Error if no test has that title */
function linkTo([file, title]: Row['test']): string {
  const text = readFileSync(`${SOURCES}/${file}`, 'utf8');
  if (!text.includes(title)) throw new Error(`${file} has no test ${JSON.stringify(title)}.`);
  const name = file.replace(/^.*\//, '').replace(/\.test\.ts$/, '');
  return `[${name}](../${SOURCES}/${file})`;
}

/** The table of `docs/see-a-call.md`: what grows, and how far. */
export function growthTable(): string {
  const rows = ROWS.map(({ what, bound, test }) => `| ${what} | ${bound} | ${linkTo(test)} |`);
  return ['| What | How far it grows | Held by |', '| --- | --- | --- |', ...rows].join('\n');
}
