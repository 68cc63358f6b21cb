import { spawn } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JournalError, openJournal } from './journal.ts';

describe('a journal', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'));
    path = join(folder, 'inner', 'state.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('A journal returns what was set, in order, after reopening', () => {
    const journal = openJournal(path);
    const things = journal.collection<{ n: number }>('things');
    things.set('b', { n: 1 });
    things.set('a', { n: 2 });
    things.set('b', { n: 3 });
    things.set('gone', { n: 4 });
    things.delete('gone');
    things.delete('never there');
    journal.close();
    const again = openJournal(path).collection<{ n: number }>('things');
    expect(again.keys()).toEqual(['b', 'a']);
    expect(again.get('b')).toEqual({ n: 3 });
    expect(again.size).toBe(2);
    expect(again.has('gone')).toBe(false);
  });

  it('A journal is readable by its owner only', () => {
    openJournal(path).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('A journal keeps everything that a killed process had confirmed', async () => {
    const script = `
      import { openJournal } from ${JSON.stringify(new URL('./journal.ts', import.meta.url).href)};
      const things = openJournal(${JSON.stringify(path)}).collection('things');
      for (let n = 0; ; n++) {
        things.set(String(n), n);
        if (!process.stdout.write(n + '\\n')) await new Promise((resolve) => process.stdout.once('drain', resolve));
      }`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        if (told.length > 2000) child.kill('SIGKILL');
      });
      child.on('close', () => resolve());
    });
    const last = Number(told.slice(0, told.lastIndexOf('\n')).split('\n').pop());
    const things = openJournal(path).collection<number>('things');
    expect(last).toBeGreaterThan(100);
    for (let n = 0; n <= last; n++) expect(things.get(String(n))).toBe(n);
  });

  it('A torn last line is dropped', () => {
    const journal = openJournal(path);
    journal.collection<number>('things').set('whole', 1);
    journal.close();
    appendFileSync(path, '[["things","torn",');
    const after = openJournal(path);
    expect(after.collection('things').keys()).toEqual(['whole']);
    after.collection<number>('things').set('next', 2);
    after.close();
    expect(openJournal(path).collection('things').keys()).toEqual(['whole', 'next']);
  });

  it('A damaged line is reported with its place; the file stays unchanged', () => {
    openJournal(path).close();
    appendFileSync(path, '[["things","a",1]]\nnonsense\n[["things","b",1]]\n');
    const before = readFileSync(path, 'utf8');
    expect(() => openJournal(path)).toThrow(JournalError);
    expect(() => openJournal(path)).toThrow(/state\.jsonl is damaged in line 3/);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('A file that is not a journal is refused', () => {
    openJournal(path).close();
    writeFileSync(path, 'something else\n');
    expect(() => openJournal(path)).toThrow(/not a journal/);
    expect(readFileSync(path, 'utf8')).toBe('something else\n');
  });

  it('An atomic change is written as one line or undone', () => {
    const journal = openJournal(path);
    const things = journal.collection<number>('things');
    const others = journal.collection<number>('others');
    journal.atomically(() => {
      things.set('a', 1);
      others.set('b', 2);
    });
    expect(() =>
      journal.atomically(() => {
        things.set('a', 9);
        others.delete('b');
        throw new Error('changed my mind');
      }),
    ).toThrow('changed my mind');
    expect([things.get('a'), others.get('b')]).toEqual([1, 2]);
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(2);
    journal.close();
    expect(openJournal(path).collection('things').get('a')).toBe(1);
  });

  it('A journal does not grow with what has been replaced', async () => {
    const journal = openJournal(path);
    const things = journal.collection<string>('things');
    for (let n = 0; n < 5000; n++) things.set('same', `${n}`);
    await new Promise((resolve) => setImmediate(resolve));
    expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThan(3000);
    things.set('after', 'compaction');
    journal.close();
    openJournal(path).close();
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(3);
    expect(openJournal(path).collection('things').get('same')).toBe('4999');
  });

  it('A journal without a path lives only in memory', () => {
    const journal = openJournal(undefined);
    journal.collection<number>('things').set('a', 1);
    expect(journal.collection('things').get('a')).toBe(1);
    journal.close();
  });

  describe('a journal whose file cannot be written', () => {
    /** Replaces the open file by a full disk: full(4). */
    function breakFile(): void {
      const fd = readdirSync('/proc/self/fd').find((each) => {
        try {
          return readlinkSync(`/proc/self/fd/${each}`) === path;
        } catch {
          return false;
        }
      });
      closeSync(Number(fd));
      expect(openSync('/dev/full', 'w')).toBe(Number(fd));
    }
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it('A write error throws if there is no watch', () => {
      const things = openJournal(path).collection<number>('things');
      breakFile();
      expect(() => things.set('a', 1)).toThrow(/state\.jsonl cannot be written \(ENOSPC.*Is the disk full/);
    });

    it('On a full disk, a journal stays in memory and writes later', () => {
      const told: string[] = [];
      const journal = openJournal(path, {
        onTrouble: ({ message }) => void told.push(message),
        onRecovery: (what) => void told.push(`${what} is written again`),
      });
      const things = journal.collection<number>('things');
      things.set('before', 0);
      breakFile();
      renameSync(join(folder, 'inner'), join(folder, 'away'));
      things.set('a', 1);
      journal.atomically(() => {
        things.set('b', 2);
        things.delete('before');
      });
      expect([things.keys(), told.length]).toEqual([['a', 'b'], 1]);
      vi.advanceTimersByTime(20_000);
      expect(told).toEqual([expect.stringContaining('cannot be written')]);
      renameSync(join(folder, 'away'), join(folder, 'inner'));
      vi.advanceTimersByTime(5_000);
      expect(told).toEqual([expect.stringContaining('cannot be written'), `${path} is written again`]);
      things.set('c', 3);
      expect(openJournal(path).collection('things').keys()).toEqual(['a', 'b', 'c']);
    });
  });
});
