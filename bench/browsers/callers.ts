import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

const SOURCE = path.join(import.meta.dirname, '..', 'media', 'callers.c');
const PROGRAM = path.join(import.meta.dirname, '..', '..', '.local', 'bench', 'callers');
/** Milliseconds after which the program begins to measure. */
export const CALLERS_SETTLE_MS = 2_050;

/** Deviation of the spacing of received packets from 20 ms, in ms by the kernel's clock. */
export interface CallersSpacing {
  devP50: number;
  devP99: number;
  devMax: number;
  packetsPerCallPerS: number;
}

/** Compiles the callers if they are missing or out of date. @throws Error in one sentence without a C compiler */
export function compileCallers(): void {
  if (existsSync(PROGRAM) && statSync(PROGRAM).mtimeMs > statSync(SOURCE).mtimeMs) return;
  mkdirSync(path.dirname(PROGRAM), { recursive: true });
  try {
    execFileSync('cc', ['-O2', '-o', PROGRAM, SOURCE, '-lm'], { stdio: 'pipe' });
  } catch (error) {
    throw new Error(`The callers could not be compiled (is cc installed?): ${(error as Error).message}`);
  }
}

/**
 * Runs callers that send tones without pause, one for each pair of ports (theirs:ours); measures for that
 * many seconds.
 */
export function callers(seconds: number, pairs: readonly string[]): Promise<CallersSpacing> {
  return new Promise((resolve, reject) => {
    execFile(PROGRAM, [String(seconds), ...pairs], { timeout: 60_000 }, (error, stdout) => {
      if (error) reject(error);
      else resolve(JSON.parse(stdout) as CallersSpacing);
    });
  });
}
