import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunningStack } from '#testkit';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const CDK = createRequire(path.join(ROOT, 'apps/live-call/package.json')).resolve('aws-cdk/bin/cdk');
/** Maximum milliseconds of a command; the machine may be busy. */
const COMMAND_MS = 500_000;
const STACK = 'LiveCall';

type Template = Record<
  string,
  Record<string, { Properties?: Record<string, unknown> } & Record<string, unknown>>
>;

export interface Ended {
  code: number | null;
  /** The whole output. */
  said: string;
}

/** The scripts of live-call and the command lines of the CDK and AWS, unmodified, against a running account. */
export class CommandLines {
  readonly folder: string = mkdtempSync(path.join(tmpdir(), 'deployments-'));
  readonly #env: NodeJS.ProcessEnv;

  /** @param aws the folder of the AWS CLI. */
  constructor({ endpoints }: RunningStack, aws: string) {
    // The settings of this machine's user must have no effect.
    const nobody = path.join(this.folder, 'no-settings');
    this.#env = {
      PATH: `${aws}${path.delimiter}${process.env.PATH}`,
      HOME: process.env.HOME,
      AWS_CONFIG_FILE: nobody,
      AWS_SHARED_CREDENTIALS_FILE: nobody,
      AWS_ENDPOINT_URL: endpoints.awsEndpoint,
      AWS_REGION: endpoints.awsRegion,
      // Version 1 of the AWS CLI reads only this variable.
      AWS_DEFAULT_REGION: endpoints.awsRegion,
      AWS_ACCESS_KEY_ID: endpoints.awsAccessKeyId,
      AWS_SECRET_ACCESS_KEY: endpoints.awsSecretAccessKey,
      AWS_PAGER: '',
      CDK_DISABLE_CLI_TELEMETRY: '1',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
  }

  /** Runs `deploy`, `destroy` or `status`. `env`: additional variables. */
  script(name: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.#run(path.join(ROOT, `${name}.sh`), args, env);
  }

  cdk(...args: string[]): Promise<Ended> {
    return this.#run(process.execPath, [CDK, ...args, '--no-notices', '--no-color']);
  }

  aws(...args: string[]): Promise<Ended> {
    return this.#run('aws', args);
  }

  tidy(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(program: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, {
        cwd: this.folder,
        env: { ...this.#env, ...env },
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
}

/** A copy of an assembly with a different template, as synthesis would have left it. */
export function changedAssembly(
  assembly: string,
  folder: string,
  change: (template: Template) => void,
): string {
  mkdirSync(folder);
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
  // The template's own asset is identified by its hash, in the manifest and among the assets.
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

/** The only logical id that begins with a construct's name. */
export function logicalId(template: Template, begin: string, type: string): string {
  const found = Object.entries(template.Resources ?? {}).find(
    ([id, resource]) => id.startsWith(begin) && resource.Type === type,
  );
  if (!found) throw new Error(`The template has no ${type} that begins with ${begin}.`);
  return found[0];
}
