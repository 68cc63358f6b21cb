import { expect, test } from 'vitest';
import { ScriptedClock } from '#testkit';
import { queryMeetings } from '../features/meetings/requests.ts';
import type { Api } from './api.ts';
import { ClockAhead } from './clock-ahead.ts';

const iso = (ms: number) => new Date(ms).toISOString();

test('A clock that is nearly right is taken as right', () => {
  const clock = new ScriptedClock();
  const ahead = new ClockAhead(clock);
  for (const inBetween of [0, 20, 40]) {
    const asked = ahead.asking();
    const at = clock.now() + inBetween;
    clock.advance(40);
    expect(asked.answered(iso(at))).toBe(0);
  }
  expect(ahead.asking().answered(undefined)).toBe(0);
});

test("Times of arrival are shown by the page's wrong clock", async () => {
  const clock = new ScriptedClock();
  const ahead = new ClockAhead(clock);
  const answers = async (latency: number) => {
    const server = clock.now() - 300_000;
    const row = { joinedAt: iso(server - 7000) };
    const api = {
      post: async () => {
        clock.advance(latency);
        return { Items: [row], Browsers: [row], Now: iso(server + latency) };
      },
    } as unknown as Api;
    return queryMeetings(api, ahead);
  };
  const first = await answers(40);
  expect(first).toMatchObject({ clockAhead: 299_960, Items: [{ joinedAt: iso(clock.now() - 7080) }] });
  expect(first.Browsers[0]?.joinedAt).toBe(first.Items[0]?.joinedAt);
  // Slower answers change nothing; quicker ones change little.
  expect((await answers(200)).clockAhead).toBe(299_960);
  expect((await answers(10)).clockAhead).toBe(299_990);
});
