import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseWav } from '#audio';
import { promptName, readCommandLine, UsageError } from './command-line.ts';
import { createWavs, PROMPTS_DIR } from './create-wav.ts';
import { readPromptList } from './prompt-list.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'create-wav-'));
});
afterEach(() => rm(dir, { recursive: true }));

const run = async (...args: string[]): Promise<string[]> => {
  const lines: string[] = [];
  await createWavs(readCommandLine([...args, '--engine', 'offline', '--dir', dir]), (line) =>
    lines.push(line),
  );
  return lines;
};

it('Every deployed prompt is heard within 10 ms', async () => {
  const AUDIBLE = 165;
  const names = (await readdir(PROMPTS_DIR)).filter((name) => name.endsWith('.wav'));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    const { samples, sampleRate } = parseWav(await readFile(join(PROMPTS_DIR, name)));
    const first = samples.findIndex((sample) => Math.abs(sample) >= AUDIBLE);
    // The welcome begins with a second of silence, which keys need not wait for.
    const meantMs = name === 'welcome-enter-pin.wav' ? 1000 : 0;
    expect((first / sampleRate) * 1000 - meantMs, name).toSatisfy((late: number) => late >= 0 && late < 10);
  }
});

describe('the command line', () => {
  it('A wrong command line is refused in one sentence', () => {
    const wrong = [
      [],
      ['--file', 'a'],
      ['--file', 'a', '--text', ' '],
      ['--file', '../a', '--text', 'x'],
      ['--file', 'a', '--text', 'x', '--engine', 'festival'],
      ['--file', 'a', '--text', 'x', '--voice', '-o'],
      ['--all', '--file', 'a'],
      ['--unknown'],
      ['stray'],
    ];
    for (const args of wrong) expect(() => readCommandLine(args), args.join(' ')).toThrow(UsageError);
  });

  it('The command line takes names, never paths', () => {
    expect(promptName('welcome.wav')).toBe('welcome');
    for (const bad of ['..', '.', '', 'a/b', 'a\\b', '/etc/passwd', 'a\0', '-x', 'x'.repeat(65), 'a.mp3']) {
      expect(() => promptName(bad), bad).toThrow(UsageError);
    }
  });
});

describe('the tool', () => {
  it('The tool writes 8 kHz mono PCM and notes the text', async () => {
    await writeFile(join(dir, 'prompts.json'), '{}');
    const lines = await run('--file', 'hello', '--text', 'Hello there.');
    expect(lines[0]).toMatch(/hello\.wav: \d\.\d\d s, \d+ bytes, by the offline voice/);
    const bytes = await readFile(join(dir, 'hello.wav'));
    expect(bytes.readUInt16LE(34)).toBe(16);
    const { sampleRate, samples } = parseWav(bytes);
    expect(sampleRate).toBe(8000);
    expect(samples.length).toBeGreaterThan(4000);
    expect(await readPromptList(dir)).toEqual({ hello: 'Hello there.' });
    expect(await readdir(dir)).toEqual(['hello.wav', 'prompts.json']);
  });

  it('All prompts of a list are made again, silent ones included', async () => {
    await writeFile(join(dir, 'prompts.json'), JSON.stringify({ answer: { silenceMs: 100 }, hi: 'Hi.' }));
    expect(await run('--all')).toHaveLength(2);
    const { samples } = parseWav(await readFile(join(dir, 'answer.wav')));
    expect([samples.length, samples.some((one) => one !== 0)]).toEqual([800, false]);
  });

  it('Faults in SSML, a list or a file are reported', async () => {
    await expect(run('--file', 'a', '--ssml', '--text', '<speak>')).rejects.toThrow(
      /Invalid SSML request: a tag is not closed/,
    );
    await expect(run('--all')).rejects.toThrow(/no prompts\.json/);
    for (const bad of ['[', '[]', '{"a":1}', '{"../a":"x"}']) {
      await writeFile(join(dir, 'prompts.json'), bad);
      await expect(run('--all'), bad).rejects.toThrow(UsageError);
    }
    await rm(join(dir, 'prompts.json'));
    await symlink('/etc/hostname', join(dir, 'link.wav'));
    await expect(run('--file', 'link', '--text', 'x')).rejects.toThrow(/remove it first/);
  });
});

it('Every prompt of the list is recorded, audible and not clipped', async () => {
  const list = await readPromptList(PROMPTS_DIR);
  for (const [name, prompt] of Object.entries(list!)) {
    const { sampleRate, samples } = parseWav(await readFile(join(PROMPTS_DIR, `${name}.wav`)));
    expect(sampleRate, name).toBe(8000);
    const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    if (typeof prompt === 'object' && 'silenceMs' in prompt) expect(peak, name).toBe(0);
    else expect(peak, name).toSatisfy((value: number) => value > 6000 && value < 24_000);
  }
});
