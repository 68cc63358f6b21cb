import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const SOURCE = path.join(HERE, 'rtpload', 'rtpload.c');
const PROGRAM = path.join(HERE, '..', '.local', 'bench', 'rtpload');

/** Compiles the call generator when it is not there yet. Throws one sentence without a C compiler. */
export function rtploadProgram(): string {
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

/** What the generator prints: see the head of rtpload.c. */
export type RtploadResult = Record<string, number | object>;

/** Places calls and judges what comes back. Resolves with its one JSON line. */
export function rtpload(args: readonly string[]): Promise<RtploadResult> {
  const program = rtploadProgram();
  return new Promise((resolve, reject) => {
    execFile(program, [...args, '-j'], { timeout: 180_000 }, (error, stdout, stderr) => {
      const line = stdout.trim().split('\n').at(-1) ?? '';
      try {
        resolve(JSON.parse(line) as RtploadResult);
      } catch {
        reject(error ?? new Error(`rtpload printed no JSON: ${stderr || stdout}`));
      }
    });
  });
}
