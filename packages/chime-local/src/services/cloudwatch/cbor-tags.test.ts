import { cbor, dateToTag } from '@smithy/core/cbor';
import { describe, expect, it } from 'vitest';
import { silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { ask } from '../testing/ask.ts';
import { strangeTag } from './cbor-tags.ts';
import { createCloudWatch, MetricStore } from './index.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const MEGABYTE_NUMBER = Buffer.concat([hex('c2 5a 000ff000'), Buffer.alloc(0xff000, 0xff)]);

describe('CBOR tags that are expensive to decode', () => {
  it('Ordinary SDK input with times, texts and fractions passes', () => {
    const text = '\u00c2'.repeat(70_000);
    const when = dateToTag(new Date(1_700_000_000_123));
    expect(strangeTag(cbor.serialize({ when, text, list: [1.5, -3, 1e300, true, null] }))).toBeUndefined();
  });

  it.each([
    ['a large number', 'c2 41 01', 2],
    ['a large negative number', 'c3 41 01', 3],
    ['a decimal fraction in a list', '82 01 c4 82 1a 7fffffff 01', 4],
    ['a number behind a time', '82 c1 00 c2 41 01', 2],
    ['a number in a list without an end', '9f c2 41 01', 2],
    ['a number behind a text without an end', '7f 61 61 ff c2 41 01', 2],
    ['a tag of eight bytes', 'db 0000000000000002 41 01', 2],
  ])('The tag of %s is found', (_of, bytes, tag) => {
    expect(strangeTag(hex(bytes))).toBe(tag);
  });

  it.each(['', '5b ffffffffffffffff', '5a 00', 'ff', '1c'])('Invalid CBOR %j ends the search', (bytes) => {
    expect(strangeTag(hex(bytes))).toBeUndefined();
  });

  it('A big number of one megabyte is refused without decoding', async () => {
    const clock = new ScriptedClock(0);
    const cloudWatch = createCloudWatch({ log: silentLog, metrics: new MetricStore(clock) });
    const answer = await ask(cloudWatch, {
      rawPath: '/service/GraniteServiceVersion20100801/operation/PutMetricData',
      headers: { 'smithy-protocol': 'rpc-v2-cbor' },
      body: MEGABYTE_NUMBER,
      protocol: 'cbor',
    });
    expect(answer.status).toBe(400);
  });
});
