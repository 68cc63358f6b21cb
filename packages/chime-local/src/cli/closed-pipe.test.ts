import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { endWithReader } from './closed-pipe.ts';

const fault = (code: string) => Object.assign(new Error(code), { code });

describe('a program whose output is no longer read', () => {
  it('The program ends exactly once when its reader closes the pipe', () => {
    const output = new EventEmitter();
    let ended = 0;
    endWithReader(output as never, () => ended++);
    output.emit('error', fault('EPIPE'));
    output.emit('error', fault('EPIPE'));
    expect(ended).toBe(1);
  });

  it('Other errors of the output are thrown', () => {
    const output = new EventEmitter();
    endWithReader(output as never, () => {});
    expect(() => output.emit('error', fault('EIO'))).toThrow('EIO');
  });
});
