import { parseArgs } from 'node:util';
import { USAGE } from './usage.ts';

export const ENGINES = ['auto', 'polly', 'offline'] as const;
export type EngineChoice = (typeof ENGINES)[number];

/** What the command line asks for. */
export interface Request {
  /** One prompt, or all prompts of prompts.json. */
  what: { file: string; text: string; ssml: boolean } | 'all';
  engine: EngineChoice;
  voice: string;
  /** The folder to write to; undefined: that of the repository's prompts. */
  dir: string | undefined;
}

/** A mistake by the person at the terminal: the message is one sentence that says what is wrong and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OPTIONS = {
  file: { type: 'string' },
  text: { type: 'string' },
  engine: { type: 'string', default: 'auto' },
  voice: { type: 'string', default: 'Joanna' },
  ssml: { type: 'boolean', default: false },
  dir: { type: 'string' },
  all: { type: 'boolean', default: false },
} as const;

/** Reads the arguments after the script's name. @throws {UsageError} */
export function readCommandLine(args: string[]): Request {
  const values = parse(args);
  const engine = ENGINES.find((one) => one === values.engine);
  if (!engine) throw new UsageError(`--engine is "${values.engine}"; give ${ENGINES.join(', ')}.`);
  if (!/^[\p{L}-]{1,40}$/u.test(values.voice)) {
    throw new UsageError(`--voice is "${values.voice}"; give the name of a Polly voice, such as Joanna.`);
  }
  const shared = { engine, voice: values.voice, dir: values.dir };
  if (values.all) {
    if (values.file !== undefined || values.text !== undefined) {
      throw new UsageError('--all makes every prompt: leave --file and --text out.');
    }
    return { ...shared, what: 'all' };
  }
  if (values.file === undefined)
    throw new UsageError(`--file is missing: say what the prompt is called.\n${USAGE}`);
  if (values.text === undefined || values.text.trim() === '') {
    throw new UsageError(`--text is missing: say what the prompt says.\n${USAGE}`);
  }
  return { ...shared, what: { file: promptName(values.file), text: values.text, ssml: values.ssml } };
}

/** The name of a prompt without its extension. @throws {UsageError} for anything that could be a path. */
export function promptName(file: string): string {
  const name = file.replace(/\.wav$/, '');
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/i.test(name)) return name;
  throw new UsageError(`--file is "${file}"; give a name of letters, digits, - and _, such as welcome.`);
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('\n')[0]}\n${USAGE}`);
  }
}
