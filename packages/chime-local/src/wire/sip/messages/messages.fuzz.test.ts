import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestBytes } from '../testing/example-messages.ts';
import { parseMessage } from './parse-message.ts';
import { serializeMessage } from './serialize-message.ts';
import { StreamFramer } from './stream-framer.ts';

const SEED = 3261;

/** Valid messages with pieces removed or replaced by noise, as bit errors and faulty phones produce them. */
const pieces = fc.constantFrom(
  ...['\r\n', '\r\n ', ':', ';', ',', '"', '<', '>', '\\', '=', '@', '%', '\0', 'é', ' ', '\t', 'SIP/2.0'],
  ...['v: ', 'l: 5\r\n', 'To: ', 'sip:', 'tag=1', 'branch=', 'z9hG4bK', '[::1]', '4294967296', 'm: *\r\n'],
);
const mangled = fc
  .array(fc.tuple(fc.nat(700), fc.nat(30), fc.oneof(pieces, fc.string({ maxLength: 8 }))), { maxLength: 8 })
  .map((edits) => {
    let text = requestBytes({
      headers: ['Route: <sip:p1;lr>, "x" <sip:p2>', 'X-A: b'],
      body: 'v=0',
    }).toString();
    for (const [at, cut, put] of edits) text = text.slice(0, at) + put + text.slice(at + cut);
    return Buffer.from(text, 'utf8');
  });

function check(bytes: Buffer): void {
  const result = parseMessage(bytes);
  if (result.kind === 'garbage') return;
  if (result.kind === 'bad-request') {
    serializeMessage(result.request);
    return;
  }
  const written = serializeMessage(result.message);
  const again = parseMessage(written);
  expect(again.kind).toBe('message');
  // A message that was read can be written and read again; writing it then gives the same bytes.
  if (again.kind === 'message') expect(serializeMessage(again.message).toString()).toBe(written.toString());
}

describe('any bytes', () => {
  it('Random bytes never throw, and messages survive writing and reading', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => check(Buffer.from(bytes))),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it('Mangled messages never throw, and survive writing and reading', () => {
    fc.assert(fc.property(mangled, check), { seed: SEED, numRuns: 6_000 });
  });

  it('A stream of anything never throws, whatever the chunks', () => {
    const chunks = fc.array(
      fc.oneof(
        mangled,
        fc.uint8Array({ maxLength: 50 }).map((a) => Buffer.from(a)),
      ),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(chunks, (list) => {
        const framer = new StreamFramer();
        for (const chunk of list) for (const message of framer.push(chunk).messages) check(message);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});
