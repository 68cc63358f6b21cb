/** Runs the AWS and CDK command lines. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { UserError } from './user-error.ts';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Running child processes: Ctrl-C reaches them too, and this process waits for their end. */
const running = new Set<ChildProcess>();

export function isRunningSomething(): boolean {
  return running.size > 0;
}

function start(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; shown: boolean },
) {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['inherit', options.shown ? 'inherit' : 'pipe', options.shown ? 'inherit' : 'pipe'],
  });
  running.add(child);
  return child;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Whether the output is shown in the terminal; hidden when absent. */
  shown?: boolean;
}

/** Runs a program to its end. Never rejects because of its exit code. */
export type Run = (program: string, args: string[], options?: RunOptions) => Promise<Ran>;

export const run: Run = (program, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = start(program, args, { ...options, shown: options.shown ?? false });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      running.delete(child);
      const why =
        error.code === 'ENOENT' ? `${program} is not installed (or not on the PATH)` : error.message;
      reject(new UserError(`${why}.`));
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 1), stdout, stderr });
    });
  });

/** Installed packages that provide a command, by the command. */
const PACKAGES = { cdk: 'aws-cdk', vite: 'vite' } as const;

/** Runs the command of an installed package with this Node.js: npx would take half a second longer to find it. */
export function runBin(
  run: Run,
  bin: keyof typeof PACKAGES,
  args: string[],
  options: RunOptions,
): Promise<Ran> {
  const manifest = createRequire(import.meta.url).resolve(`${PACKAGES[bin]}/package.json`);
  const { bin: bins } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: Record<string, string> };
  return run(process.execPath, [path.join(manifest, '..', bins[bin] ?? ''), ...args], options);
}

/** A failed call to AWS, with the AWS CLI's message: the cause is shown, not guessed. */
export class AwsFailure extends UserError {
  readonly said: string;

  constructor(what: string, said: string) {
    super(`${what} failed: ${said}`);
    this.said = said;
  }

  /** Whether the message contains that text, e.g. an error name such as `TypeNotFoundException`. */
  is(text: string): boolean {
    return this.said.includes(text);
  }
}

export class Aws {
  readonly region: string;
  readonly run: Run;

  constructor(region: string, run: Run) {
    this.region = region;
    this.run = run;
  }

  /** Returns the answer as JSON. Rejects with `AwsFailure`. */
  async call<T = Record<string, unknown>>(service: string, operation: string, ...args: string[]): Promise<T> {
    const ran = await this.run('aws', [
      service,
      operation,
      '--region',
      this.region,
      '--output',
      'json',
      ...args,
    ]);
    if (ran.code !== 0) {
      const said = ran.stderr.trim() || ran.stdout.trim() || `exit code ${ran.code}`;
      throw new AwsFailure(`aws ${service} ${operation}`, said);
    }
    return (ran.stdout.trim() === '' ? {} : JSON.parse(ran.stdout)) as T;
  }

  in(region: string): Aws {
    return new Aws(region, this.run);
  }
}
