import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type ResponseProblem, validateResponse } from 'pstn-audio';
import { DEFAULT_REGION } from '#options';
import { isUserError, UserError } from '#platform';
import { applicationHere, stacksOf } from '#ways-in';
import { type ApplicationFacts, applicationFacts } from './application-facts.ts';

/** What `chime-local check --help` prints. */
const HELP = `chime-local check FILE... [options]

  FILE            an answer of a function, as JSON; - reads it from the standard input
  --app PATH      the application it is for: a handler, folder, configuration, template or assembly
  --bucket N=DIR  the files of a bucket are those of this folder (several)
  --region R      the Region it is for (default ${DEFAULT_REGION})
  --json          print what was found as JSON
  --help          print this

Exit status: 0 the service takes every answer, 1 it does not, 2 an answer could not be read.
`;

/** Exit status of a wrong command line, by the shells' convention. */
const USAGE = 2;

/** What the command needs from its process. */
export interface CheckOutside {
  /** Returns all of the standard input. */
  input(): string;
  print(text: string): void;
  complain(text: string): void;
  directory: string;
  now: Date;
}

interface CheckedFile {
  file: string;
  problems: ResponseProblem[];
}

const OUTSIDE: CheckOutside = {
  input: () => readFileSync(0, 'utf8'),
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  directory: process.cwd(),
  now: new Date(),
};

/** Checks the answers named on the command line. @returns the exit status */
export async function check(argv: readonly string[], outside: CheckOutside = OUTSIDE): Promise<number> {
  try {
    const options = optionsOf(argv);
    if (options.help) {
      outside.print(HELP);
      return 0;
    }
    const facts = await factsOf(options, outside);
    const files = options.files.map((file) => {
      const problems = validateResponse(textOf(file, outside), facts.surroundings);
      return { file, problems };
    });
    outside.print(options.json ? asJson(files, facts) : asLines(files, facts));
    return files.some(({ problems }) => problems.some(isError)) ? 1 : 0;
  } catch (error) {
    if (!isUserError(error)) throw error;
    outside.complain(`${(error as Error).message}\n`);
    return USAGE;
  }
}

interface CheckOptions {
  files: string[];
  json: boolean;
  help: boolean;
  app?: string;
  region: string;
  folders: Record<string, string>;
}

/** @throws UserError */
function optionsOf(argv: readonly string[]): CheckOptions {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('. ')[0]}. Try chime-local check --help.`);
  }
  const { values, positionals: files } = parsed;
  if (files.length === 0 && !values.help) {
    throw new UserError('check takes the file of an answer, or - for the standard input. Try --help.');
  }
  const folders = (values.bucket ?? []).map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at < 1) throw new UserError(`--bucket takes NAME=FOLDER, not ${JSON.stringify(text)}.`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const { json = false, help = false, app, region = DEFAULT_REGION } = values;
  return { files, json, help, region, folders: Object.fromEntries(folders), ...(app ? { app } : {}) };
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      app: { type: 'string' },
      region: { type: 'string' },
      bucket: { type: 'string', multiple: true },
    },
  });
}

/** @throws UserError */
async function factsOf(options: CheckOptions, { directory, now }: CheckOutside): Promise<ApplicationFacts> {
  const source = options.app ? { path: path.resolve(directory, options.app) } : applicationHere(directory);
  const named = Object.keys(source).length > 0;
  if (source.path !== undefined && !existsSync(source.path)) {
    throw new UserError(
      `--app ${options.app} is missing: name a handler, a folder, a template or an assembly.`,
    );
  }
  const folders = Object.fromEntries(
    Object.entries(options.folders).map(([name, folder]) => [name, path.resolve(directory, folder)]),
  );
  return applicationFacts(named ? await stacksOf(source) : [], { folders, region: options.region, now });
}

/** @throws UserError */
function textOf(file: string, { input, directory }: CheckOutside): string {
  if (file === '-') return input();
  try {
    return readFileSync(path.resolve(directory, file), 'utf8');
  } catch (error) {
    throw new UserError(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}): name the file of an answer.`,
    );
  }
}

const isError = ({ consequence }: ResponseProblem): boolean =>
  consequence !== 'IGNORED' && consequence !== 'FAILS_ON_AWS';

function asJson(files: readonly CheckedFile[], { warnings }: ApplicationFacts): string {
  return `${JSON.stringify({ files, application: warnings }, null, 2)}\n`;
}

function asLines(files: readonly CheckedFile[], { warnings }: ApplicationFacts): string {
  const lines = files.flatMap(({ file, problems }) => {
    const name = file === '-' ? 'standard input' : file;
    const errors = problems.filter(isError).length;
    const counts = [counted(errors, 'error'), counted(problems.length - errors, 'warning')];
    const sum = errors > 0 ? `${counts.join(', ')}.` : `the service takes it (${counts[1]}).`;
    return [
      ...problems.map((problem) => `${name}: ${isError(problem) ? 'error' : 'warning'}: ${problem.message}`),
      `${name}: ${problems.length > 0 ? sum : 'the service takes it.'}`,
    ];
  });
  return `${[...lines, ...warnings.map((text) => `application: warning: ${text}`)].join('\n')}\n`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
