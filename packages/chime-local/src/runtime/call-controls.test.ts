import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { CallControls } from './call-controls.ts';

const request = {
  target: { sipMediaApplicationId: 'sma', awsRegion: 'us-east-1', functionArn: 'fn' },
  from: '+15550000001',
  to: '+15550000002',
};

it('Calls are unavailable until the call server is connected', () => {
  const controls = new CallControls();
  expect(controls.createCall(request)).toBe('unavailable');
  expect(controls.updateCall('sma', 'transaction', {})).toBe('notFound');
  expect(controls.sockets()).toEqual({});
});

it('Calls, updates and removed attendees reach the call server', () => {
  const asked: unknown[] = [];
  const controls = new CallControls();
  controls.connect({
    host: {
      place: ({ to, awsAccountId }) => {
        asked.push(`call ${to} of ${awsAccountId}`);
        return 'transaction';
      },
      updateCall: (application, transactionId) => {
        asked.push(`update ${application} ${transactionId}`);
        return 'accepted';
      },
    },
    meetings: {
      attendeeRemoved: (meetingId, attendeeId) => asked.push(`removed ${meetingId} ${attendeeId}`),
      capabilitiesChanged: () => {},
    },
    sip: { acceptWebSocket: () => asked.push('SIP by WebSocket') },
    signalling: { acceptWebSocket: () => {} },
  });
  expect(controls.createCall(request)).toBe('transaction');
  expect(controls.updateCall('sma', 'transaction', {})).toBe('accepted');
  controls.onAttendeeRemoved('m', 'a', 'meeting ended');
  const upgrade = {} as IncomingMessage;
  controls.sockets().sip?.(upgrade, new PassThrough(), Buffer.alloc(0));
  expect(asked).toEqual([
    'call +15550000002 of 000000000000',
    'update sma transaction',
    'removed m a',
    'SIP by WebSocket',
  ]);
});
