import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The folder is kept for the next run. */
const FOLDER = fileURLToPath(new URL('../.local/aws-cli', import.meta.url));
/** The package on PyPI, which does not have version 2 of the AWS CLI. */
const PACKAGE = 'awscli>=1.40,<2';
/**
 * The oldest minor versions that honour AWS_ENDPOINT_URL, by major version. AWS SDKs and Tools Reference
 * Guide, "Service-specific endpoints".
 */
const OLDEST_MINOR: Readonly<Record<string, number>> = { 1: 29, 2: 13 };
/** Milliseconds for `aws --version`, and for the installation. */
const ASK_MS = 60_000;
const INSTALL_MS = 240_000;

export type AwsCli = { folder: string } | { missing: string };

/**
 * The folder of an `aws` that can use this machine's endpoints: an installed one, or one that is now
 * installed from PyPI.
 */
export async function findAwsCli(): Promise<AwsCli> {
  const own = path.join(FOLDER, 'bin');
  for (const folder of [own, ...(process.env.PATH ?? '').split(path.delimiter)]) {
    if (folder !== '' && (await isNewEnough(path.join(folder, 'aws')))) return { folder };
  }
  try {
    mkdirSync(FOLDER, { recursive: true });
    await run('python3', ['-m', 'venv', FOLDER], { timeout: INSTALL_MS });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE];
    await run(path.join(own, 'python3'), pip, { timeout: INSTALL_MS });
    if (await isNewEnough(path.join(own, 'aws'))) return { folder: own };
    return { missing: `pip installed no working aws in ${own}` };
  } catch (error) {
    const last = String((error as Error).message)
      .trim()
      .split('\n')
      .at(-1);
    return { missing: `no aws is installed, and PyPI gave none (${last})` };
  }
}

async function isNewEnough(program: string): Promise<boolean> {
  const answer = await run(program, ['--version'], { timeout: ASK_MS }).catch(() => undefined);
  const [, major = '', minor = ''] = /^aws-cli\/(\d+)\.(\d+)/.exec(answer?.stdout ?? '') ?? [];
  return Number(minor) >= (OLDEST_MINOR[major] ?? Number.POSITIVE_INFINITY);
}
