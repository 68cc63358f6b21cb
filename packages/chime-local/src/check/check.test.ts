import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '#audio';
import { check } from './index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'check-'));
  const put = (name: string, content: string | Uint8Array) => writeFileSync(path.join(folder, name), content);
  put('good.json', JSON.stringify(answer(play('good.wav'))));
  put('bad.json', JSON.stringify(answer({ Type: 'PlayAduio' }, play('good.wav'))));
  put('form.json', JSON.stringify(answer(play('wide.wav'))));
  put('gone.json', JSON.stringify(answer(play('gone.wav'), play('../good.json'))));
  put('mp3.json', JSON.stringify(answer(play('song.wav'))));
  put('unknown.json', JSON.stringify({ ...answer(), Attributes: {} }));
  put('good.wav', writeWav({ sampleRate: 8000, samples: new Int16Array(8) }));
  put('wide.wav', writeWav({ sampleRate: 44_100, samples: new Int16Array(8) }));
  put('song.wav', 'ID3 and so on');
  put('template.json', JSON.stringify(TEMPLATE));
});
afterAll(() => rmSync(folder, { recursive: true }));

const answer = (...Actions: object[]) => ({ SchemaVersion: '1.0', Actions });
const play = (Key: string) => ({
  Type: 'PlayAudio',
  Parameters: { AudioSource: { Type: 'S3', BucketName: 'prompts', Key } },
});
const TEMPLATE = {
  Resources: {
    Prompts: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'prompts' } },
    Answer: {
      Type: 'AWS::Lambda::Function',
      Properties: { Runtime: 'nodejs18.x', Code: { ZipFile: '' }, Handler: 'index.handler' },
    },
  },
};

async function run(args: string, input = '') {
  const printed: string[] = [];
  const complained: string[] = [];
  const status = await check(args.split(' ').filter(Boolean), {
    input: () => input,
    print: (text) => void printed.push(text),
    complain: (text) => void complained.push(text),
    directory: folder,
    now: new Date('2026-01-01'),
  });
  return { status, printed: printed.join(''), complained: complained.join('') };
}

describe('check', () => {
  it('A correct answer ends with status 0', async () => {
    const printed = 'good.json: the service takes it.\n';
    expect(await run('good.json --bucket prompts=.')).toEqual({ status: 0, printed, complained: '' });
  });

  it('Each file is listed with its problems, and the status is 1', async () => {
    const { status, printed } = await run('good.json bad.json');
    expect(status).toBe(1);
    expect(printed.split('\n')).toEqual([
      'good.json: the service takes it.',
      expect.stringMatching(
        /^bad.json: error: Actions\[0\].Type is "PlayAduio"; .*Did you mean "PlayAudio"\?/,
      ),
      'bad.json: 1 error, 0 warnings.',
      '',
    ]);
  });

  it('A dash reads the answer from the standard input', async () => {
    const { status, printed } = await run('-', 'no JSON');
    expect([status, printed]).toEqual([1, expect.stringContaining('standard input: 1 error')]);
  });

  it('--json prints the findings as JSON', async () => {
    const { printed } = await run('bad.json --json');
    const { files, application } = JSON.parse(printed);
    expect(files[0]).toMatchObject({ file: 'bad.json', problems: [{ didYouMean: 'PlayAudio' }] });
    expect(application).toEqual([]);
  });

  it('A warning alone ends with status 0', async () => {
    expect(await run('unknown.json')).toMatchObject({
      status: 0,
      printed: expect.stringContaining('unknown.json: the service takes it (1 warning).'),
    });
  });

  it.each([
    ['form.json', 0, /warning: .*Key \(PlayAudio\) is "wide.wav"; .*it has 44100 Hz, mono, 16 bit/],
    ['gone.json', 1, /gone.wav".*\n.*good.json".*\n.*2 errors/],
    ['mp3.json', 1, /error: .*does not begin with RIFF/],
  ])('The audio files that %s names are examined', async (file, expected, text) => {
    const { status, printed } = await run(`${file} --bucket prompts=.`);
    expect(status).toBe(expected);
    expect(printed).toMatch(text);
  });

  it('--app adds warnings about what may not work on AWS', async () => {
    const { status, printed } = await run('good.json --app template.json --region eu-north-1');
    expect(status).toBe(0);
    expect(printed).toMatch(
      /warning: .*BucketName .*whose policy lets voiceconnector.chime.amazonaws.com do s3:GetObject/,
    );
    expect(printed).toContain('application: warning: Region eu-north-1 has no SIP media applications');
    expect(printed).toContain('Answer has the runtime nodejs18.x, which Lambda has retired (2025-09-01)');
  });

  it.each([
    ['', 'check takes the file of an answer'],
    ['nowhere.json', 'nowhere.json cannot be read (ENOENT): name the file of an answer.'],
    ['good.json --jsn', "Unknown option '--jsn'"],
    ['good.json --bucket prompts', '--bucket takes NAME=FOLDER, not "prompts".'],
    ['good.json --app nowhere', '--app nowhere is missing'],
  ])('The command line "%s" is refused with status 2', async (args, text) => {
    const { status, complained } = await run(args);
    expect([status, complained]).toEqual([2, expect.stringContaining(text)]);
  });
});
