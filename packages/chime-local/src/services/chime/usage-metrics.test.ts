import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ScriptedClock } from '#testkit';
import { UsageMetrics } from './usage-metrics.ts';

it('Requests are counted by operation and reported once a minute', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'metrics-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'metrics.jsonl');
  const clock = new ScriptedClock(Date.UTC(2026, 0, 1));
  const metrics = new UsageMetrics({ file, clock });
  metrics.count('CreateMeeting', 'served');
  metrics.count('CreateMeeting', 'failed');
  metrics.count('GetMeeting', 'throttled');
  clock.advance(60_000);
  metrics.count('GetMeeting', 'served');
  metrics.close();
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const told = lines.map((line) => JSON.parse(line));
  expect(told[0]).toEqual({
    Namespace: 'AWS/Usage',
    MetricName: 'CallCount',
    Dimensions: [
      { Name: 'Service', Value: 'ChimeSDK' },
      { Name: 'Type', Value: 'API' },
      { Name: 'Resource', Value: 'CreateMeeting' },
      { Name: 'Class', Value: 'None' },
    ],
    Timestamp: '2026-01-01T00:01:00.000Z',
    Unit: 'Count',
    Value: 2,
  });
  expect(told.map(({ MetricName, Dimensions, Value }) => [MetricName, Dimensions[2].Value, Value])).toEqual([
    ['CallCount', 'CreateMeeting', 2],
    ['ErrorCount', 'CreateMeeting', 1],
    ['CallCount', 'GetMeeting', 1],
    ['ThrottleCount', 'GetMeeting', 1],
    ['CallCount', 'GetMeeting', 1],
  ]);
  expect(clock.pending).toBe(0);
});
