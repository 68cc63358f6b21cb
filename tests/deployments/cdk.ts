import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunningStack } from '#testkit';

const CDK = createRequire(path.resolve('apps/live-call/package.json')).resolve('aws-cdk/bin/cdk');
/** Milliseconds that a command may take; the machine may be busy. */
const COMMAND_MS = 180_000;
const STACK = 'LiveCall';

type Template = Record<
  string,
  Record<string, { Properties?: Record<string, unknown> } & Record<string, unknown>>
>;

/** The CDK's command line, unmodified, against a running account. */
export class Cdk {
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'cdk-'));

  constructor({ endpoints }: RunningStack) {
    const { PATH, HOME } = process.env;
    this.#env = {
      PATH,
      HOME,
      AWS_ENDPOINT_URL: endpoints.awsEndpoint,
      AWS_REGION: endpoints.awsRegion,
      AWS_ACCESS_KEY_ID: endpoints.awsAccessKeyId,
      AWS_SECRET_ACCESS_KEY: endpoints.awsSecretAccessKey,
      CDK_DISABLE_CLI_TELEMETRY: '1',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
  }

  /** @returns its exit code and all that it printed. */
  run(...args: string[]): Promise<{ code: number | null; said: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [CDK, ...args, '--no-notices', '--no-color'], {
        cwd: this.#folder,
        env: this.#env,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: COMMAND_MS,
      });
      let said = '';
      const hear = (chunk: Buffer): void => {
        said += chunk.toString();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, said }));
    });
  }

  deploy(assembly: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
    return this.run(
      'deploy',
      '--app',
      assembly,
      '--require-approval',
      'never',
      '--progress',
      'events',
      ...args,
    );
  }
}

/** A copy of an assembly whose template differs, as synthesis would have left it. */
export function changedAssembly(assembly: string, change: (template: Template) => void): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'assembly-'));
  for (const name of readdirSync(assembly)) {
    if (name.startsWith('asset.')) symlinkSync(path.join(assembly, name), path.join(folder, name));
  }
  const template = JSON.parse(
    readFileSync(path.join(assembly, `${STACK}.template.json`), 'utf8'),
  ) as Template;
  change(template);
  const text = JSON.stringify(template);
  const hash = createHash('sha256').update(text).digest('hex');
  const manifest = readFileSync(path.join(assembly, 'manifest.json'), 'utf8');
  // The template's own asset is found by its hash, in the manifest and among the assets.
  const [, before = ''] = /([0-9a-f]{64})\.json/.exec(manifest) ?? [];
  writeFileSync(path.join(folder, `${STACK}.template.json`), text);
  for (const name of [
    'manifest.json',
    `${STACK}.assets.json`,
    `${STACK}.metadata.json`,
    'tree.json',
    'cdk.out',
  ]) {
    const content = readFileSync(path.join(assembly, name), 'utf8');
    writeFileSync(path.join(folder, name), content.replaceAll(before, hash));
  }
  return folder;
}

/** The one logical id that begins with a construct's name. */
export function logicalId(template: Template, begin: string, type: string): string {
  const found = Object.entries(template.Resources ?? {}).find(
    ([id, resource]) => id.startsWith(begin) && resource.Type === type,
  );
  if (!found) throw new Error(`The template has no ${type} that begins with ${begin}.`);
  return found[0];
}
