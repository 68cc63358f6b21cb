import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { Activity } from './activity.ts';

/** A page's stream that collects its lines. */
function page() {
  const lines: unknown[] = [];
  const response = {
    writeHead: () => response,
    write: (line: string) => lines.push(JSON.parse(line)),
    on() {},
    end() {},
  };
  return { lines, response: response as unknown as ServerResponse };
}

it('Table changes close together are reported once', async () => {
  const activity = new Activity();
  activity.tablesChanged();
  const { lines, response } = page();
  activity.open(response);
  for (let change = 0; change < 5; change++) activity.tablesChanged();
  await expect.poll(() => lines.slice(1)).toEqual([{ changed: true }]);
  activity.close();
});

it('A page receives everything first, then changes', () => {
  const activity = new Activity();
  activity.report({ meetingId: 'm', attendeeIds: ['a'] });
  const { lines, response } = page();
  activity.open(response);
  activity.report({ meetingId: 'm', attendeeIds: ['a', 'b'] });
  activity.report({ meetingId: 'n', attendeeIds: ['c'] });
  activity.report({ meetingId: 'm', attendeeIds: ['b'] });
  activity.silence();
  expect(lines).toEqual([
    { speaking: ['a'], tellsChanges: true },
    { began: ['b'], ended: [] },
    { began: ['c'], ended: [] },
    { began: [], ended: ['a'] },
    { began: [], ended: ['b'] },
    { began: [], ended: ['c'] },
  ]);
  activity.close();
});
