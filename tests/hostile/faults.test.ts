import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dialToPin,
  eventually,
  hzOf,
  join,
  limitFileSize,
  limitOpenFiles,
  plantTones,
  pressForTone,
  RunningStack,
  rowOf,
  rowsGone,
  Telephone,
  waitForTone,
} from '#testkit';
import { Inspector } from './inspector.ts';

const CALLER = '+15557779001';
const OTHER = '+15557779002';
const CALLER_HZ = 450;
const OTHER_HZ = 510;

let data: string;
let stack: RunningStack;
let caller: Telephone;
let other: Telephone;

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'faults-'));
  stack = await RunningStack.start(['--data', data], { NODE_OPTIONS: '--inspect=127.0.0.1:0' });
  await plantTones(stack);
  await joinBoth();
});

afterAll(async () => {
  caller?.close();
  other?.close();
  await stack?.stop();
  rmSync(data, { recursive: true, force: true });
});

async function joinBoth(): Promise<void> {
  [caller, other] = await Promise.all([join(stack, CALLER), join(stack, OTHER)]);
  caller.line.sayTone(CALLER_HZ);
  other.line.sayTone(OTHER_HZ);
  await hearEachOther();
}

/** Both calls end by BYE, and the functions are told of each caller's end. */
async function bothAreEnded(): Promise<void> {
  for (const phone of [caller, other]) await phone.until('BYE', () => phone.ended);
  for (const number of [CALLER, OTHER])
    await eventually(`a HANGUP of ${number}`, () => hangUpsOf(number) === 1);
}

function hangUpsOf(number: string): number {
  const lines = stack.output.split('\n');
  return lines.filter((line) => line.includes(`${number} `) && line.includes('HANGUP LEG-A')).length;
}

async function hearEachOther(): Promise<void> {
  await waitForTone(caller, OTHER_HZ);
  await waitForTone(other, CALLER_HZ);
  expect([caller.ended, other.ended]).toEqual([false, false]);
}

describe('a good call during a fault', () => {
  it('A good call loses nothing when the disk is full', async () => {
    limitFileSize(stack.pid, 0);
    // A caller whose place in the meeting cannot be stored is told so and disconnected.
    const late = await dialToPin(stack, '+15557779003');
    await pressForTone(late, stack.endpoints.pin, hzOf('sorry.wav'));
    await late.until('BYE', () => late.ended);
    late.close();
    await hearEachOther();
    await eventually('a warning', () => stack.output.includes('cannot be written'));
    expect(stack.output.split('cannot be written')).toHaveLength(2);
    limitFileSize(stack.pid, 'unlimited');
    const next = await join(stack, '+15557779004');
    await next.hangUp();
    await hearEachOther();
  });

  it('A good call loses nothing when no further file can be opened', async () => {
    const open = readdirSync(`/proc/${stack.pid}/fd`).length;
    const lift = limitOpenFiles(stack.pid, open);
    const strangers: Telephone[] = [];
    for (let n = 0; n < 3; n++) {
      const { sip, phoneNumber } = stack.endpoints;
      const stranger = await Telephone.dial({ server: sip, to: phoneNumber, from: `+1555777901${n}` });
      await stranger.until('an answer', () => stranger.statuses.some((status) => status >= 200));
      strangers.push(stranger);
    }
    await hearEachOther();
    lift();
    for (const stranger of strangers) stranger.close();
    const next = await join(stack, '+15557779006');
    await next.hangUp();
    await hearEachOther();
  });

  it('A good call loses nothing when every function process is killed', async () => {
    const children = execFileSync('pgrep', ['-P', String(stack.pid), '-f', 'bootstrap'], {
      encoding: 'utf8',
    });
    for (const pid of children.trim().split('\n')) process.kill(Number(pid), 'SIGKILL');
    expect((await rowOf(stack, CALLER)).fromNumber).toBe(CALLER);
    await hearEachOther();
  });
});

describe('an unforeseen error', () => {
  it('An error in the media thread ends calls; new ones are taken', async () => {
    const inspector = await Inspector.open(stack);
    await inspector.throwInThread('media', 'nobody foresaw this thread');
    await bothAreEnded();
    expect(stack.output).toMatch(
      /The media thread died: .*nobody foresaw this thread.*Another one is started/,
    );
    inspector.close();
    caller.close();
    other.close();
    await rowsGone(stack, CALLER, OTHER);
    await joinBoth();
  });

  it('An error in the main thread ends calls with BYE', async () => {
    const inspector = await Inspector.open(stack);
    inspector.throwInMain('nobody foresaw this');
    for (const phone of [caller, other]) await phone.until('BYE', () => phone.ended);
    await eventually('the last line', () => stack.output.includes('Stopped after a fault'));
    inspector.close();
    expect(await stack.stop()).toBe(70);
    expect(stack.output).toMatch(/nobody foresaw this\).*start it again/);
    // The functions were told of each caller's end, too.
    expect([CALLER, OTHER].map(hangUpsOf)).toEqual([2, 2]);
  });
});
