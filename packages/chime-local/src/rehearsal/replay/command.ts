import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type CallRecord, RecordError, readRecord } from 'pstn-audio/record';
import { type Replay, ReplayError, replayEvents } from 'pstn-audio/testing';
import { type ApplicationPlace, type TestForm, testFormOf } from '#call-record';
import { isUserError, UserError } from '#platform';
import type { RehearsalOptions } from '../types.ts';
import { readExportedLog } from './exported-log.ts';
import { everyRecord, findRecord } from './find-record.ts';
import { replayAll } from './replay-all.ts';
import { lastingName, Replayer, withRehearsal } from './replayer.ts';
import { saveTest } from './save-test.ts';
import { showReplay } from './show-replay.ts';

/** What `chime-local replay --help` prints. */
const HELP = `chime-local replay CALL [options]

  CALL            a recorded call: its TransactionId or the beginning of it, "last", "all" for every one of the data
                  folder, or a file: a record, or a function's log from CloudWatch Logs (what "aws logs" prints,
                  rows of Insights as JSON or CSV, the files or the folder of an export to S3, also compressed)
  --app PATH      the application whose code is asked: a handler, folder, configuration, template or assembly
  --handler FILE  the same, for a handler
  --function NAME the function to ask, where the application has several
  --data DIR      the data folder with the records, a copy of whose tables is used, without the items that name the call
                  (default .local/data); where the call differs with them, the application's own data is tried, too
  --no-data       begin with the application's own data instead of that copy
  --keys KEYS     the keys that were pressed, where the record masks them
  --transaction ID  the call in an exported log that has several
  --save-test DIR write the call and a test of it, which passes as long as the code answers as today
  --verbose       print today's call with its times, too
  --help          print this

Exit status: 0 today's code answers as then, 1 it does not, 2 the call cannot be replayed.
`;

/** The CALL that stands for every recorded call. */
const ALL = 'all';

/** Exit status of a command line that cannot be carried out, as is customary for shells. */
const USAGE = 2;

/** What the command needs from the process around it. */
export interface ReplayOutside {
  print(text: string): void;
  complain(text: string): void;
  directory: string;
  /** True if the output is a terminal that shows colours. */
  colours: boolean;
  /** The application whose code is used if none is named. */
  application?: RehearsalOptions['application'];
  /** Where a saved test finds this application. */
  applicationPlace?: ApplicationPlace;
}

const OUTSIDE: ReplayOutside = {
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  directory: process.cwd(),
  colours: process.stdout.isTTY === true && !process.env.NO_COLOR,
};

/** Replays the call that the command line names. @returns the exit status */
export async function replayCommand(
  argv: readonly string[],
  given: Partial<ReplayOutside> = {},
): Promise<number> {
  const outside = { ...OUTSIDE, ...given };
  try {
    const options = optionsOf(argv, outside.directory);
    if (options === 'help') {
      outside.print(HELP);
      return 0;
    }
    // The named call is looked up first, as an application takes a while to start.
    if (options.call === ALL) {
      const records = everyRecord(options.data);
      return await withReplayer(options, outside, (replayer) =>
        replayAll(replayer, records, options, outside.print),
      );
    }
    const texts = findRecord(options.call, options.data, outside.directory);
    return await withReplayer(options, outside, (replayer) => replayOne(replayer, texts, options, outside));
  } catch (error) {
    const known = isUserError(error) || error instanceof ReplayError || error instanceof RecordError;
    if (!known) throw error;
    outside.complain(`${(error as Error).message}\n`);
    return USAGE;
  }
}

interface Options {
  call: string;
  data: string;
  app?: string | undefined;
  functionName?: string | undefined;
  keys?: string | undefined;
  transaction?: string | undefined;
  saveTest?: string | undefined;
  withData: boolean;
  verbose: boolean;
}

/** @throws UserError */
function optionsOf(argv: readonly string[], directory: string): Options | 'help' {
  let values: Record<string, string | boolean | undefined>;
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        app: { type: 'string' },
        handler: { type: 'string' },
        function: { type: 'string' },
        data: { type: 'string' },
        'no-data': { type: 'boolean', default: false },
        keys: { type: 'string' },
        transaction: { type: 'string' },
        'save-test': { type: 'string' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('. ')[0]}. Try chime-local replay --help.`);
  }
  if (values.help) return 'help';
  const [call] = positionals;
  if (call === undefined || positionals.length > 1) {
    throw new UserError(`replay takes one CALL, not ${positionals.length}. Try chime-local replay --help.`);
  }
  if (call === ALL && values['save-test'] !== undefined)
    throw new UserError('--save-test takes one call, not all: give its TransactionId.');
  const textOf = (name: string): string | undefined =>
    values[name] === undefined ? undefined : String(values[name]);
  const app = textOf('handler') ?? textOf('app');
  return {
    call,
    data: path.resolve(directory, textOf('data') ?? path.join('.local', 'data')),
    app: app === undefined ? undefined : path.resolve(directory, app),
    functionName: textOf('function'),
    keys: textOf('keys'),
    transaction: textOf('transaction'),
    saveTest: textOf('save-test'),
    withData: !values['no-data'],
    verbose: Boolean(values.verbose),
  };
}

function rehearsalOf(options: Options, outside: ReplayOutside): RehearsalOptions {
  const { app, data, withData, verbose } = options;
  if (app !== undefined && !existsSync(app)) {
    throw new UserError(`${app} is missing: name a handler or the folder of an application.`);
  }
  return {
    ...(app === undefined ? {} : { handler: app }),
    ...(app === undefined && outside.application ? { application: outside.application } : {}),
    ...(withData && existsSync(data) ? { dataFrom: data } : {}),
    onLine: ({ level, source, text }) => {
      const ofPlatform = /^(START|END|REPORT|INIT_START) /.test(text);
      if ((verbose && !ofPlatform) || level === 'error')
        outside.complain(`${source ? `${source}: ` : ''}${text}\n`);
    },
  };
}

async function withReplayer(
  options: Options,
  outside: ReplayOutside,
  work: (replayer: Replayer) => Promise<number>,
): Promise<number> {
  const replayer = await Replayer.start(rehearsalOf(options, outside));
  try {
    return await work(replayer);
  } finally {
    await replayer.close();
  }
}

async function replayOne(
  replayer: Replayer,
  texts: readonly string[],
  options: Options,
  outside: ReplayOutside,
): Promise<number> {
  const { verbose } = options;
  const record = texts.length === 1 ? recordOf(texts[0] ?? '') : undefined;
  if (!record) {
    const events = readExportedLog(texts, options.transaction);
    if (options.saveTest)
      throw new UserError('--save-test needs a record of a call; a log has only its events.');
    const replay = await replayEvents(events, replayer.rehearsal.handler(options.functionName));
    return tell(replay, verbose, outside);
  }
  const replay = await replayer.replay(record, options);
  const status = tell(replay, verbose, outside);
  if (options.saveTest !== undefined) {
    await save(replay, record, replayer.functionOf(record, options.functionName), options, outside);
  }
  return status;
}

function tell(replay: Replay, verbose: boolean, outside: ReplayOutside): number {
  outside.print(showReplay(replay, outside.colours));
  if (verbose) outside.print(`\nToday's call:\n\n${replay.transcript}\n`);
  return replay.same ? 0 : 1;
}

/**
 * Returns undefined if the text is not a record but perhaps a log. @throws RecordError if it is an unreadable
 * record
 */
function recordOf(text: string): CallRecord | undefined {
  return /^\{"kind":"Begin"/.test(text) ? readRecord(text) : undefined;
}

/**
 * The form of the test. A JavaScript module cannot be started from Python, so such an application gets a
 * Node.js test.
 */
function formFor(application: string | ApplicationPlace, directory: string): TestForm {
  const form = testFormOf(directory);
  return form === 'pytest' && typeof application !== 'string' ? 'node' : form;
}

/** Writes a test that has been tried and passes, with the application's own data if that is enough. */
async function save(
  { record: today = '' }: Replay,
  { begin }: CallRecord,
  functionName: string | undefined,
  options: Options,
  outside: ReplayOutside,
): Promise<void> {
  const { app, data, saveTest: folder = '' } = options;
  const application = app ?? outside.applicationPlace;
  if (application === undefined)
    throw new UserError('--save-test needs the application by name: give --app PATH.');
  const own = app === undefined && outside.application ? { application: outside.application } : {};
  const target = path.resolve(outside.directory, folder);
  const form = formFor(application, outside.directory);
  for (const dataFrom of [undefined, data]) {
    if (dataFrom !== undefined && !existsSync(dataFrom)) continue;
    const how = {
      ...(app === undefined ? own : { handler: app }),
      ...(dataFrom === undefined ? {} : { dataFrom }),
    };
    const file = await withRehearsal(how, async (rehearsal) => {
      const name = lastingName(functionName ?? rehearsal.functionNames[0] ?? '', rehearsal);
      const { same } = await rehearsal.replay(readRecord(today), { functionName: name });
      const { transactionId } = begin;
      const test = { transactionId, record: today, application, functionName: name, dataFrom, form };
      return same ? saveTest(target, test) : undefined;
    });
    if (file === undefined) continue;
    outside.print(
      `\nA test of the call is in ${path.relative(outside.directory, file)}${form === 'node' ? ': node --test runs it' : ''}.\n`,
    );
    return;
  }
  throw new UserError(
    'No test was written: the same call is answered otherwise each time, so a test of it could not pass.',
  );
}
