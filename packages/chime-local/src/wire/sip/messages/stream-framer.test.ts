import { describe, expect, it } from 'vitest';
import { requestBytes } from '../testing/example-messages.ts';
import { StreamFramer } from './stream-framer.ts';

const FIRST = requestBytes({ body: 'v=0\r\n\r\nINVITE in the body' });
const SECOND = requestBytes({ method: 'OPTIONS', cseq: 2 });

describe('framing of a stream', () => {
  it('Content-Length delimits messages however bytes are split (RFC 3261, 18.3)', () => {
    const stream = Buffer.concat([FIRST, SECOND, FIRST]);
    for (const size of [1, 2, 3, 7, 64, 200, stream.length]) {
      const framer = new StreamFramer();
      const messages: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) {
        messages.push(...framer.push(stream.subarray(at, at + size)).messages);
      }
      expect(messages.map(String)).toEqual([FIRST, SECOND, FIRST].map(String));
      expect(framer.heldBytes).toBe(0);
    }
  });

  it('Keep-alives between messages are counted (RFC 5626 section 4.4.1)', () => {
    const framer = new StreamFramer();
    expect(framer.push(Buffer.from('\r\n\r\n'))).toEqual({ messages: [], pings: 1 });
    const mixed = framer.push(Buffer.concat([SECOND, Buffer.from('\r\n\r\n'), SECOND]));
    expect(mixed.messages).toHaveLength(2);
    expect(mixed.pings).toBe(1);
  });

  it('LF alone between messages counts as a line end', () => {
    const framer = new StreamFramer();
    const framed = framer.push(Buffer.concat([Buffer.from('\n\n'), SECOND, Buffer.from('\n'), SECOND]));
    expect(framed.messages.map(String)).toEqual([SECOND, SECOND].map(String));
    expect(framed).toMatchObject({ pings: 1 });
    expect(framed.error).toBeUndefined();
  });

  it('A header without Content-Length is delivered, and reading stops', () => {
    const bytes = Buffer.from(SECOND.toString().replace(/Content-Length.*\r\n/, ''));
    const framer = new StreamFramer();
    const framed = framer.push(Buffer.concat([bytes, SECOND]));
    expect(framed.messages.map(String)).toEqual([bytes.toString()]);
    expect(framed.error).toContain('Content-Length');
    expect(framer.push(SECOND)).toEqual({ messages: [], pings: 0 });
  });

  it('A header or body larger than the limits ends reading', () => {
    const endless = new StreamFramer();
    expect(endless.push(Buffer.alloc(40_000, 65)).error).toContain('32768');
    expect(endless.heldBytes).toBe(0);
    const large = Buffer.from(SECOND.toString().replace('Length: 0', 'Length: 9999999'));
    expect(new StreamFramer().push(large).error).toContain('at most');
  });

  it.each([1, 2, 3])('A keep-alive that arrives in pieces of %d bytes is counted', (size) => {
    const framer = new StreamFramer();
    const stream = Buffer.concat([Buffer.from('\r\n\r\n'), FIRST, Buffer.from('\r\n\r\n'), SECOND]);
    let pings = 0;
    const messages: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) {
      const framed = framer.push(stream.subarray(at, at + size));
      pings += framed.pings;
      messages.push(...framed.messages);
    }
    expect(pings).toBe(2);
    expect(messages.map(String)).toEqual([FIRST, SECOND].map(String));
  });

  it('A single line end before a message is not a keep-alive', () => {
    const framer = new StreamFramer();
    const end = Buffer.from('\r\n');
    expect(framer.push(Buffer.concat([end, SECOND])).pings).toBe(0);
    expect(framer.push(Buffer.concat([end, SECOND, end])).pings).toBe(0);
  });

  it.each([
    ['l:\r\n  ', ''],
    ['Content-Length :\t\r\n\t', ' \r\n '],
    ['CONTENT-LENGTH:\r\n \r\n ', '\t'],
  ])('A folded Content-Length is read: %j', (before, after) => {
    const length = /Content-Length: (\d+)/.exec(FIRST.toString())?.[1];
    const folded = FIRST.toString().replace(/Content-Length: \d+/, `${before}${length}${after}`);
    const framed = new StreamFramer().push(Buffer.concat([Buffer.from(folded), SECOND]));
    expect(framed.error).toBeUndefined();
    expect(framed.messages.map(String)).toEqual([folded, SECOND.toString()]);
  });

  it.each([
    'Content-Length: 7',
    'l: 7',
    'L :\r\n 7',
    'Content-Length: -1',
    'l:',
    'Content-Length: 0x7',
  ])('A second, different length ends reading: %j', (line) => {
    const two = FIRST.toString().replace('Content-Length', `${line}\r\nContent-Length`);
    const framer = new StreamFramer();
    const framed = framer.push(Buffer.concat([Buffer.from(two), SECOND]));
    expect(framed.messages).toHaveLength(1);
    expect(framed.error).toBe('two different Content-Lengths');
    expect(framer.push(SECOND).messages).toEqual([]);
  });

  it('Lines may end with LF alone; NULs between messages are skipped', () => {
    const bare = FIRST.toString().replace(/^[\s\S]*?\r\n\r\n/, (head) => head.replaceAll('\r\n', '\n'));
    const framer = new StreamFramer();
    const messages = [...`${bare}\0\0\0\0${SECOND}`].flatMap(
      (byte) => framer.push(Buffer.from(byte)).messages,
    );
    expect(messages.map(String)).toEqual([bare, SECOND.toString()]);
  });
});
