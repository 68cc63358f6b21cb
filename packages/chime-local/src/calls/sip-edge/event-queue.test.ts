import { expect, it } from 'vitest';
import { silentLog } from '#platform';
import { EventQueue } from './event-queue.ts';
import type { SipEdgeEvents } from './sip-edge.ts';

function observer(told: string[]): SipEdgeEvents {
  return {
    onLegArrived: ({ legId }) => told.push(`arrived ${legId}`),
    onLegRinging: (legId) => told.push(`ringing ${legId}`),
    onLegEarlyMedia: (legId) => told.push(`early ${legId}`),
    onLegAnswered: (legId) => told.push(`answered ${legId}`),
    onLegEnded: (legId) => told.push(`ended ${legId}`),
    onDigit: (legId, digit) => told.push(`digit ${legId} ${digit}`),
  };
}

it('An observer is told earlier events, too, and in order', async () => {
  const queue = new EventQueue(silentLog);
  queue.push((events) => events.onLegRinging('a'));
  queue.push((events) => events.onLegAnswered('a'));
  await Promise.resolve();
  const told: string[] = [];
  queue.observe(observer(told));
  expect(told).toEqual([]);
  queue.push((events) => events.onDigit('a', '1'));
  await Promise.resolve();
  expect(told).toEqual(['ringing a', 'answered a', 'digit a 1']);
});

it('A queue accepts only one observer', () => {
  const queue = new EventQueue(silentLog);
  queue.observe(observer([]));
  expect(() => queue.observe(observer([]))).toThrow('observed already');
});
