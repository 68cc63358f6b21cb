import { PassThrough } from 'node:stream';
import type { CallSummary, RecordEntry } from 'pstn-audio/record';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { mayPressKeys, TerminalKeys } from './keys.ts';

const CALL = {
  transactionId: 't-1',
  at: 1_700_000_000_000,
  direction: 'inbound',
  from: '+14155550123',
  to: '+12015550100',
  functionArn: 'arn',
  state: 'ended',
  durationMs: 6400,
  invocations: 3,
  failedInvocations: 1,
  updates: 0,
  faults: 0,
  legId: 'leg-a',
} as const;

describe('keys of the terminal', () => {
  let said: string[];
  let calls: CallSummary[];
  let opened: string[];
  let shown: RecordEntry[];
  let follower: ((transactionId: string, entry: RecordEntry) => void) | undefined;
  let buildAgain = vi.fn(async () => {});
  let quit = vi.fn();
  let keys: TerminalKeys;

  beforeEach(() => {
    said = [];
    calls = [CALL];
    opened = [];
    shown = [];
    follower = undefined;
    buildAgain = vi.fn(async () => {});
    quit = vi.fn();
    const endpoints = { console: 'http://page', phone: 'http://page/phone/', calls: 'http://page/calls/' };
    keys = new TerminalKeys({
      terminal: { say: (text) => said.push(text), showInFull: (entry) => shown.push(entry) },
      runtime: {
        endpoints: endpoints as never,
        calls: {
          summaries: async () => calls,
          follow: (who) => {
            follower = who;
          },
        },
        buildAgain,
      },
      quit,
      open: (url) => opened.push(url),
    });
  });

  it('Keys open the page and the phone', async () => {
    for (const name of ['o', 'p']) await keys.press(name);
    expect(opened).toEqual(['http://page', 'http://page/phone/']);
  });

  it('A key lists the last calls with their pages', async () => {
    await keys.press('c');
    expect(said.join('\n')).toMatch(/\+14155550123 → \+12015550100 {2}ended, 6 s, 1 failed/);
    expect(said.join('\n')).toContain('http://page/calls/#t-1');
    expect(Math.max(...said.map((line) => line.length))).toBeLessThanOrEqual(61);
  });

  it('A call in progress is listed with its duration so far', async () => {
    calls = [{ ...CALL, state: 'connected', at: Date.now() - 3_600_000 }];
    await keys.press('c');
    expect(said[0]).toMatch(/connected, 3[67]\d\d s/);
  });

  it('A key toggles the display of full events', async () => {
    await keys.press('v');
    const entry: RecordEntry = { kind: 'Fault', at: 1, ms: 0, text: 'it rains' };
    follower?.('t-1', entry);
    expect(shown).toEqual([entry]);
    await keys.press('v');
    expect(follower).toBeUndefined();
  });

  it('The key r rebuilds, and prints why a build failed', async () => {
    await keys.press('r');
    buildAgain.mockRejectedValueOnce(new Error('template.yaml: line 3'));
    await keys.press('r');
    expect(said).toEqual([
      'Building again …',
      'Built again.',
      'Building again …',
      'Not built: template.yaml: line 3',
    ]);
  });

  it('Input is read by lines, and unknown keys are ignored', async () => {
    const input = new PassThrough();
    keys.listen(input);
    input.write('nothing\nq\n');
    await expect.poll(() => quit.mock.calls.length).toBe(1);
    await keys.press('h');
    expect(said.some((line) => line.includes('build the application again'))).toBe(true);
  });

  it('Keys are off in a pipe and on a build server', () => {
    const there = { isTTY: true };
    expect(mayPressKeys({ stdin: there, stdout: there }, {})).toBe(true);
    expect(mayPressKeys({ stdin: there, stdout: there }, { CI: 'true' })).toBe(false);
    expect(mayPressKeys({ stdin: {}, stdout: there }, {})).toBe(false);
    expect(mayPressKeys({ stdin: there, stdout: {} }, {})).toBe(false);
  });
});
