import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StartedProcess } from '#testkit';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'refused-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program to its end; returns its output, and checks that nothing of it is left. */
async function refused(args: string[]): Promise<{ code: number | null; said: string }> {
  const start = StartedProcess.onFreePorts(args);
  try {
    const code = await start.ended();
    expect(start.leftovers).toEqual([]);
    return { code, said: start.errors };
  } finally {
    await start.destroy();
  }
}

/** A cloud assembly with this template. */
function assembly(name: string, template: string): string {
  const outdir = path.join(folder, name);
  mkdirSync(outdir);
  const artifacts = {
    Tiny: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Tiny.template.json' } },
  };
  writeFileSync(path.join(outdir, 'manifest.json'), JSON.stringify({ artifacts }));
  writeFileSync(path.join(outdir, 'Tiny.assets.json'), JSON.stringify({ files: {} }));
  writeFileSync(path.join(outdir, 'Tiny.template.json'), template);
  return outdir;
}

const oneSentence = (said: string): void => {
  expect(said.trim().split('\n')).toHaveLength(1);
  expect(said).not.toMatch(/\n\s+at /);
};

describe('npm start', () => {
  it('--help lists the options', async () => {
    const start = new StartedProcess(['--help']);
    expect(await start.ended()).toBe(0);
    for (const option of ['--port', '--sip-port', '--data', '--ephemeral', '--lan', '--help']) {
      expect(start.output).toContain(option);
    }
    await start.destroy();
  });

  it.each([
    [['--prot', '1'], /--prot.*--help/],
    [['--port', '99999'], /--port takes a port from 0 to 65535, not "99999"/],
    [['--sip-port', 'x'], /--sip-port takes a port/],
    [['--data', '/tmp/x', '--ephemeral'], /--data keeps what --ephemeral throws away/],
    [['nonsense'], /nonsense/],
  ])('The arguments %j are refused', async (args, sentence) => {
    const { code, said } = await refused(args);
    expect(code).toBe(2);
    expect(said).toMatch(sentence);
    oneSentence(said);
  });

  it('The option that moves a busy port is named', async () => {
    const tcp = createServer().listen(0, '127.0.0.1');
    const udp = createSocket('udp4').bind(0, '127.0.0.1');
    await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
    const taken = String((tcp.address() as AddressInfo).port);
    const takenUdp = String(udp.address().port);
    const tiny = assembly('tiny', JSON.stringify({ Resources: { A: { Type: 'AWS::S3::Bucket' } } }));
    for (const [option, port] of [
      ['--port', taken],
      ['--aws-port', taken],
      ['--sip-port', taken],
      ['--sip-port', takenUdp],
    ] as const) {
      const { code, said } = await refused(['--ephemeral', '--cdk-out', tiny, option, port]);
      expect([option, code]).toEqual([option, 1]);
      expect(said).toMatch(new RegExp(`port ${port} .*in use by another program.*${option}`, 'i'));
      oneSentence(said);
    }
    tcp.close();
    udp.close();
  });

  it.each([
    ['is not JSON', '{ "Resources": ', /Tiny\.template\.json is not JSON/],
    ['has no resources', '{}', /no Resources/],
    [
      'names what is not there',
      JSON.stringify({
        Resources: { A: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Nobody' } } } },
      }),
      /Nobody/,
    ],
    [
      'has a function without code',
      JSON.stringify({
        Resources: { Fn: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs20.x' } } },
      }),
      /Fn .*names no code/,
    ],
  ])('A template that %s is refused with the reason', async (name, template, sentence) => {
    const outdir = assembly(name.replaceAll(' ', '-'), template);
    const { code, said } = await refused(['--ephemeral', '--cdk-out', outdir]);
    expect(code).toBe(1);
    expect(said).toMatch(sentence);
    oneSentence(said);
  });

  it('The error says where a cloud assembly was looked for', async () => {
    const { code, said } = await refused(['--ephemeral', '--cdk-out', path.join(folder, 'nowhere')]);
    expect(code).toBe(1);
    expect(said).toMatch(/nowhere.*manifest\.json is missing/);
    oneSentence(said);
  });

  it('A data folder that cannot be created is reported', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    const { code, said } = await refused(['--data', path.join(folder, 'file', 'data')]);
    expect(code).toBe(1);
    expect(said).toMatch(/cannot be made .*--data DIR/);
    oneSentence(said);
  });

  it('A data folder without space is reported', async () => {
    // A folder of this name blocks the file that the start tries to write.
    mkdirSync(path.join(folder, 'full', 'room-to-start'), { recursive: true });
    const { code, said } = await refused(['--data', path.join(folder, 'full')]);
    expect(code).toBe(1);
    expect(said).toMatch(/cannot be written .*free some space there.*--data DIR/);
    oneSentence(said);
  });

  it('A damaged journal is named', async () => {
    const data = path.join(folder, 'damaged');
    mkdirSync(data);
    writeFileSync(path.join(data, 'chime.journal'), 'not a journal\n');
    const { code, said } = await refused(['--data', data]);
    expect(code).toBe(1);
    expect(said).toMatch(/chime\.journal/);
    oneSentence(said);
  });
});
