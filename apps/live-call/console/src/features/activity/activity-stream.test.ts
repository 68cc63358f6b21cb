import { describe, expect, test } from 'vitest';
import { ScriptedClock } from '#testkit';
import { ActivityStream, speakingOf } from './activity-stream.ts';

const tokens = { accessToken: async () => 'token', renew: async () => 'token' };

/** Waits until all work that depends on nothing but promises has finished. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A server whose streams the test writes to and breaks. */
function server() {
  const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
  const fetcher: typeof fetch = async () => {
    const body = new ReadableStream<Uint8Array>({ start: (control) => void streams.push(control) });
    return new Response(body);
  };
  const write = (text: string) => streams.at(-1)?.enqueue(new TextEncoder().encode(text));
  return { streams, fetcher, write };
}

describe('the stream of speakers', () => {
  test('Lines are read wherever the chunks are cut', async () => {
    const { fetcher, write } = server();
    const stream = new ActivityStream('http://h', tokens, new ScriptedClock(), fetcher);
    stream.watch(true);
    await settled();
    write('{"speaking":["a"]}\n{"spea');
    await settled();
    expect([...(stream.getSpeaking() ?? [])]).toEqual(['a']);
    write('king":[]}\nnonsense\n');
    await settled();
    expect([...(stream.getSpeaking() ?? ['x'])]).toEqual([]);
    stream.watch(false);
    expect(stream.getSpeaking()).toBeUndefined();
  });

  test('Speakers who begin or stop are sent as changes', async () => {
    const { fetcher, write } = server();
    const stream = new ActivityStream('http://h', tokens, new ScriptedClock(), fetcher);
    stream.watch(true);
    await settled();
    write('{"speaking":["a","b"],"refusals":[{"why":"busy","calls":3}]}\n{"began":["c"],"ended":["a"]}\n');
    await settled();
    expect([...(stream.getSpeaking() ?? [])]).toEqual(['b', 'c']);
    expect(stream.getRefusals()).toHaveLength(1);
    write('{"began":[],"ended":["b","c"]}\n');
    await settled();
    expect(stream.getSpeaking()?.size).toBe(0);
    stream.watch(false);
  });

  test('A broken stream of speakers is opened again, later each time', async () => {
    const clock = new ScriptedClock();
    const { streams, fetcher, write } = server();
    const stream = new ActivityStream('http://h', tokens, clock, fetcher);
    stream.watch(true);
    await settled();
    write('{"speaking":["a"]}\n');
    await settled();
    for (const wait of [500, 1000, 2000]) {
      const before = streams.length;
      streams.at(-1)?.error(new Error('cut'));
      await settled();
      expect(stream.getSpeaking()).toBeUndefined();
      clock.advance(wait - 1);
      await settled();
      expect(streams).toHaveLength(before);
      clock.advance(1);
      await settled();
      expect(streams).toHaveLength(before + 1);
    }
    stream.watch(false);
    expect(clock.pending).toBe(0);
  });

  test('Refused calls arrive with their reasons and stay known', async () => {
    const { fetcher, write } = server();
    const stream = new ActivityStream('http://h', tokens, new ScriptedClock(), fetcher);
    stream.watch(true);
    await settled();
    write('{"speaking":[],"refusedCalls":3,"refusals":[{"why":"busy","calls":3},{"calls":"x"}]}\n');
    await settled();
    expect(stream.getRefusals()).toEqual([{ why: 'busy', calls: 3 }]);
    stream.watch(false);
    expect(stream.getRefusals()).toEqual([{ why: 'busy', calls: 3 }]);
  });

  test("Only lines of the stream's own kind are understood", () => {
    expect(speakingOf('{"speaking":["a",1]}')).toEqual(new Set(['a']));
    expect(speakingOf('{"other":1}')).toBeUndefined();
    expect(speakingOf('')).toBeUndefined();
  });
});
