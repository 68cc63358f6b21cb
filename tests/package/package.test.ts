import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Telephone, waitForVoice } from '#testkit';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
/**
 * A stack as another application's CDK app could have made it: a function and a SIP media application,
 * without a number.
 */
const STACK = path.join(ROOT, 'tests/faults/assembly');
/** Path of another Node.js program to test the package with; default: this one. */
const NODE = process.env.PACKAGE_TEST_NODE ?? process.execPath;

/** The assembly's function: it greets the caller in spoken words, then hangs up. */
const HANDLER = `export async function handler(event) {
  console.log('EVENT ' + event.InvocationEventType);
  const Actions = event.InvocationEventType === 'NEW_INBOUND_CALL'
    ? [{ Type: 'Speak', Parameters: { Text: 'Hello to all of you.' } },
       { Type: 'Hangup', Parameters: { SipResponseCode: '0' } }]
    : [];
  return { SchemaVersion: '1.0', Actions };
}`;

const execute = promisify(execFile);

let folder: string;
let assembly: string;
const children: ChildProcess[] = [];

const npm = async (cwd: string, ...args: string[]): Promise<string> => {
  const { stdout } = await execute('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd });
  return stdout;
};

/** False for folders that other programs may be writing to meanwhile. */
const isNoOutput = (file: string): boolean =>
  !['__pycache__', 'dist', '.local'].includes(path.basename(file));

/**
 * Copies what packing needs: while a package is packed, its manifest is the published one, with which other
 * tests of this checkout would not find their sources.
 */
function copyCheckout(copy: string): void {
  for (const name of ['package.json', 'LICENSE', 'packages', 'testkit', 'tools']) {
    cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true, filter: isNoOutput });
  }
  for (const name of readdirSync(ROOT)) {
    if (name.startsWith('tsconfig')) cpSync(path.join(ROOT, name), path.join(copy, name));
  }
  const modules = path.join(ROOT, 'node_modules');
  mkdirSync(path.join(copy, 'node_modules'));
  for (const entry of readdirSync(modules, { withFileTypes: true })) {
    const from = path.join(modules, entry.name);
    // The workspaces are those of the copy; installed packages are shared.
    const target = entry.isSymbolicLink() ? readlinkSync(from) : from;
    symlinkSync(target, path.join(copy, 'node_modules', entry.name));
  }
}

/** Packs a package of the copy into the folder; returns the tarball's name. */
const pack = async (checkout: string, name: string): Promise<string> => {
  const said = await npm(path.join(checkout, 'packages', name), 'pack', '--pack-destination', folder);
  return said.trim().split('\n').at(-1) ?? '';
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'packed-'));
  writeFileSync(path.join(folder, 'package.json'), '{"name":"empty","private":true,"type":"module"}');
  assembly = path.join(folder, 'cdk.out');
  cpSync(STACK, assembly, { recursive: true });
  writeFileSync(path.join(assembly, 'asset.function/index.mjs'), HANDLER);
  const checkout = path.join(folder, 'checkout');
  copyCheckout(checkout);
  const tarballs = [await pack(checkout, 'chime-local'), await pack(checkout, 'pstn-audio')];
  rmSync(checkout, { recursive: true });
  await npm(folder, 'install', ...tarballs.map((name) => `./${name}`));
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Code that the program uses: it routes a number to the stack's application with the SDK, as a person would. */
const ROUTE_A_NUMBER = `
async function routeANumber({ awsEndpoint, awsRegion, awsAccessKeyId, awsSecretAccessKey, sipMediaApplicationId }) {
  const sdk = await import('@aws-sdk/client-chime-sdk-voice');
  const client = new sdk.ChimeSDKVoiceClient({ endpoint: awsEndpoint, region: awsRegion,
    credentials: { accessKeyId: awsAccessKeyId, secretAccessKey: awsSecretAccessKey } });
  const found = await client.send(new sdk.SearchAvailablePhoneNumbersCommand({ Country: 'US', MaxResults: 1 }));
  const [number] = found.E164PhoneNumbers;
  await client.send(new sdk.CreatePhoneNumberOrderCommand({ ProductType: 'SipMediaApplicationDialIn',
    E164PhoneNumbers: [number] }));
  await client.send(new sdk.CreateSipRuleCommand({ Name: 'rule', TriggerType: 'ToPhoneNumber', TriggerValue: number,
    TargetApplications: [{ SipMediaApplicationId: sipMediaApplicationId, Priority: 1, AwsRegion: awsRegion }] }));
  client.destroy();
  return number;
}`;

/** Runs a program in the empty folder until it ends or is told to; gives its output as it arrives. */
function run(args: string[]): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const child = spawn(NODE, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  return { child, output: () => output, ended: new Promise((resolve) => child.once('close', resolve)) };
}

describe('the packed chime-local in an empty folder', () => {
  it('The packed chime-local depends on no loader, compiler or page builder', () => {
    const manifest = JSON.parse(
      readFileSync(path.join(folder, 'node_modules/chime-local/package.json'), 'utf8'),
    );
    expect(Object.keys(manifest.dependencies)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(tsx|typescript|vite|react)$/)]),
    );
    expect(manifest).not.toHaveProperty('devDependencies');
  });

  it('A strict type check accepts the declarations and finds mistakes by them', async () => {
    writeFileSync(
      path.join(folder, 'typed.ts'),
      `import { type ChimeLocal, type ChimeLocalOptions, defineConfig, startChimeLocal } from 'chime-local';
      import { atEveryStep, startRehearsal } from 'chime-local/testing';
      import { type ActionOf, validateResponse } from 'pstn-audio';
      const config = defineConfig({ functions: { answer: { source: 'answer.mjs' } },
        sipMediaApplications: { answer: { function: 'answer' } } });
      const options: ChimeLocalOptions = { config };
      // @ts-expect-error A port is a number.
      export const refused: ChimeLocalOptions = { port: '5060' };
      export const running: Promise<ChimeLocal> = startChimeLocal(options);
      export const rehearsal = startRehearsal({ config: 'chime-local.config.json' });
      export const tried = atEveryStep({ application: async () => (await rehearsal).application(),
        script: async (app) => (await app.dial()).hangUp(), holds: () => true });
      const hangup: ActionOf<'Hangup'> = { Type: 'Hangup', Parameters: { SipResponseCode: '486' } };
      export const judged = validateResponse({ SchemaVersion: '1.0', Actions: [hangup] });`,
    );
    const compiler = path.join(ROOT, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--target', 'es2023', '--types', ''];
    for (const [resolution, module] of [
      ['node16', 'node16'],
      ['bundler', 'esnext'],
    ] as const) {
      const as = ['--moduleResolution', resolution, '--module', module];
      const check = run([compiler, ...options, ...as, 'typed.ts']);
      expect([resolution, await check.ended, check.output()]).toEqual([resolution, 0, '']);
    }
  });

  it("Another application's assembly runs and takes a call", async () => {
    writeFileSync(
      path.join(folder, 'program.mjs'),
      `import { startChimeLocal } from 'chime-local';
      ${ROUTE_A_NUMBER}
      const stack = await startChimeLocal({ assembly: ${JSON.stringify(assembly)},
        onLine: ({ text }) => { if (text.includes('EVENT')) console.log(text); } });
      const number = await routeANumber(stack.endpoints);
      console.log('READY ' + JSON.stringify({ number, ...stack.endpoints.sip, phone: stack.endpoints.phone }));
      process.stdin.once('data', async () => { await stack.stop(); console.log('STOPPED'); process.exit(0); });`,
    );
    const program = run(['program.mjs']);
    const ready = await eventually('the program is ready', () => /READY (.*)/.exec(program.output())?.[1]);
    const { number, host, port, phone } = JSON.parse(ready);
    expect(await (await fetch(phone)).text()).toContain('<script');
    const call = await Telephone.call({ server: { host, port }, to: number, from: '+14155550123' });
    await waitForVoice(call);
    await eventually('the application hangs up', () => call.ended);
    await eventually('the function hears of the end', () => program.output().includes('EVENT HANGUP'));
    call.close();
    program.child.stdin?.write('\n');
    expect(await program.ended).toBe(0);
    expect(program.output()).toContain('STOPPED');
  });

  it('The command reports what is wrong, and starts and stops', async () => {
    const bin = 'node_modules/chime-local/dist/cli.js';
    const free = ['--ephemeral', '--port', '0', '--sip-port', '0'];
    const nothing = run([bin, ...free]);
    expect(await nothing.ended).toBe(1);
    expect(nothing.output()).toContain('--assembly DIR');
    const start = run([bin, '--assembly', assembly, ...free]);
    await eventually('it is ready', () => start.output().includes('Ready in'));
    const environment = run([bin, 'aws-env']);
    expect(await environment.ended).toBe(0);
    expect(environment.output()).toContain('export AWS_ENDPOINT_URL=http://127.0.0.1:');
    start.child.kill('SIGINT');
    expect(await start.ended).toBe(0);
  });
});

describe('the packed pstn-audio in an empty folder', () => {
  it('The packed pstn-audio has types and values without any dependency', async () => {
    const manifest = JSON.parse(
      readFileSync(path.join(folder, 'node_modules/pstn-audio/package.json'), 'utf8'),
    );
    expect(manifest).not.toHaveProperty('dependencies');
    const text = `import { MAX_ACTIONS_PER_RESPONSE } from 'pstn-audio'; console.log(MAX_ACTIONS_PER_RESPONSE);`;
    const program = run(['--input-type=module', '-e', text]);
    expect(await program.ended).toBe(0);
    expect(program.output().trim()).toBe('10');
  });
});
