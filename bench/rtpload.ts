import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const SOURCE = path.join(HERE, 'rtpload', 'rtpload.c');
const PROGRAM = path.join(HERE, '..', '.local', 'bench', 'rtpload');
/** Milliseconds after which the generator is killed, whatever it is doing. */
const LIMIT_MS = 180_000;

/** Compiles the call generator if it is missing or out of date. Throws one sentence without a C compiler. */
function rtploadProgram(): string {
  if (existsSync(PROGRAM) && statSync(PROGRAM).mtimeMs > statSync(SOURCE).mtimeMs) return PROGRAM;
  mkdirSync(path.dirname(PROGRAM), { recursive: true });
  try {
    execFileSync('cc', ['-O2', '-o', PROGRAM, SOURCE, '-lm'], { stdio: 'pipe' });
  } catch (error) {
    throw new Error(
      `The call generator could not be compiled (is cc installed?): ${(error as Error).message}`,
    );
  }
  return PROGRAM;
}

/** What the generator prints: see the beginning of rtpload.c. */
export type RtploadResult = Record<string, number | object>;

/** Places calls and judges the RTP that comes back. Resolves with the generator's one JSON line. */
export function rtpload(args: readonly string[]): Promise<RtploadResult> {
  return resultOf(start(args));
}

/**
 * Like `rtpload`, without SIP: `connect` is given the generator's local ports, and returns those that it must
 * send to.
 */
export async function rtploadWithoutSip(
  args: readonly string[],
  connect: (ports: readonly number[]) => Promise<readonly number[]>,
): Promise<RtploadResult> {
  const child = start(['-L', ...args]);
  const result = resultOf(child);
  const ports = await Promise.race([firstLine(child), result.then(() => '')]);
  try {
    child.stdin?.write(`${(await connect(ports.split(' ').map(Number))).join('\n')}\n`);
  } catch (error) {
    child.kill();
    await result.catch(() => {});
    throw error;
  }
  return result;
}

function start(args: readonly string[]): ChildProcess {
  return spawn(rtploadProgram(), [...args, '-j'], { timeout: LIMIT_MS });
}

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
  });

function resultOf(child: ChildProcess): Promise<RtploadResult> {
  let [out, errors] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      const line = out.trim().split('\n').at(-1) ?? '';
      try {
        resolve(JSON.parse(line) as RtploadResult);
      } catch {
        reject(new Error(`rtpload printed no JSON: ${errors || out}`));
      }
    });
  });
}
