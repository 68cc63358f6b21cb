import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Recogniser } from './bot.ts';

/** Seconds that a recogniser has for an utterance if its bot's file sets no timeout. Ours. */
const DEFAULT_TIMEOUT_SECONDS = 10;
/** Maximum number of characters of a recogniser's output that are used. A slot's value is shorter. Ours. */
const MAX_WORDS = 1000;
/** Maximum number of characters of its error output that are reported. */
const MAX_TOLD = 200;
/** Programs with these extensions are run with this Node.js. */
const MODULE = /\.[cm]?js$/;

/**
 * Returns the words of a WAV file: the output of the program, which gets the file's path as its last
 * argument.
 * @throws Error with the status and the last error output if the program fails, or if it takes too long
 */
export async function recognise({ command, timeoutSeconds }: Recogniser, wav: Uint8Array): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chime-local-said-'));
  const file = path.join(folder, 'said.wav');
  try {
    await writeFile(file, wav, { mode: 0o600 });
    const printed = await output([...command, file], timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS);
    return printed.trim().slice(0, MAX_WORDS);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function output([program = '', ...args]: readonly string[], timeoutSeconds: number): Promise<string> {
  const [file, argv] = MODULE.test(program) ? [process.execPath, [program, ...args]] : [program, args];
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    const child = spawn(file, argv, { stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' });
    let [printed, complained] = ['', ''];
    // The pipes are missing if the system has no file descriptors left; the child then ends with an error.
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (printed.length < 2 * MAX_WORDS) printed += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complained = (complained + text).slice(-MAX_TOLD);
    });
    child.once('error', (error) => {
      reject(signal.aborted ? new Error(`${program} took more than ${timeoutSeconds} s.`) : error);
    });
    child.once('close', (status) => {
      if (status === 0) resolve(printed);
      else reject(new Error(`${program} ended with status ${status}. ${complained.trim()}`.trim()));
    });
  });
}
