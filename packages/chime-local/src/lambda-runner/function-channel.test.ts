import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { FunctionChannel } from './function-channel.ts';
import { MAX_RESPONSE_BYTES } from './limits.ts';
import type { RuntimeEvent } from './runtime-api.ts';

/** A channel with a fake stream: what the session is told, and what the channel writes. */
function open() {
  const told: unknown[] = [];
  const written: string[] = [];
  let give: (event: RuntimeEvent) => void = () => {};
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  const tell =
    (what: string) =>
    (...about: string[]): boolean =>
      told.push([what, ...about]) > 0;
  new FunctionChannel(stream, {
    next(giveEvent) {
      give = giveEvent;
      return tell('next')();
    },
    taken: tell('taken'),
    response: tell('response'),
    tooLarge: tell('too large'),
    error: tell('error'),
    initError: tell('init error'),
    gone: tell('gone'),
  });
  const come = (bytes: Buffer | string): boolean => stream.emit('data', Buffer.from(bytes));
  return { told, written, stream, come, give: (event: RuntimeEvent) => give(event) };
}

const MESSAGES = Buffer.from(
  'next - 0\ntaken r1 0\nresponse r1 4\n"é"next - 0\nerror r2 3\n{}\ninit-error - 0\n',
);

it.each([1, 2, 7, MESSAGES.length])('Messages of a function are understood in pieces of %i bytes', (size) => {
  const { told, come } = open();
  for (let at = 0; at < MESSAGES.length; at += size) come(MESSAGES.subarray(at, at + size));
  const answers = [['next'], ['taken', 'r1'], ['response', 'r1', '"é"'], ['next'], ['error', 'r2', '{}\n']];
  expect(told).toEqual([...answers, ['init error', '']]);
});

it('A function gets its event with all its details', () => {
  const { written, come, give } = open();
  come('next - 0\n');
  const event = { requestId: 'r1', functionArn: 'arn:f', deadlineMs: 7, traceId: 'Root=1', payload: '"é"' };
  give(event);
  expect(written).toEqual(['4 7 r1 Root=1 arn:f\n"é"']);
});

it('A response that is too large is dropped; the next is read', () => {
  const { told, come } = open();
  const length = MAX_RESPONSE_BYTES + 1;
  come(`response r1 ${length}\n`);
  const piece = Buffer.alloc(1 << 20, 'x');
  for (let left = length; left > 0; left -= piece.length)
    come(piece.subarray(0, Math.min(left, piece.length)));
  come('next - 0\n');
  expect(told).toEqual([['too large', 'r1'], ['next']]);
});

it.each([
  'nonsense\n',
  'response r1 x\n',
  'y'.repeat(300),
  '\n',
])('The channel closes after %j', async (nonsense) => {
  const { told, come, stream } = open();
  come(nonsense);
  await new Promise((closed) => stream.once('close', closed));
  expect(told).toEqual([['gone']]);
});
