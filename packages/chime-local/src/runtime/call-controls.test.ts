import { expect, it } from 'vitest';
import { CallControls } from './call-controls.ts';

const request = {
  target: { sipMediaApplicationId: 'sma', awsRegion: 'us-east-1', functionArn: 'fn' },
  from: '+15550000001',
  to: '+15550000002',
};

it('says that nobody can be called before the call server is there', () => {
  const controls = new CallControls();
  expect(controls.createCall(request)).toBe('unavailable');
  expect(controls.updateCall('sma', 'transaction', {})).toBe('notFound');
});

it('passes calls, updates and removed attendees on to the call server', () => {
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
  });
  expect(controls.createCall(request)).toBe('transaction');
  expect(controls.updateCall('sma', 'transaction', {})).toBe('accepted');
  controls.onAttendeeRemoved('m', 'a', 'meeting ended');
  expect(asked).toEqual(['call +15550000002 of 000000000000', 'update sma transaction', 'removed m a']);
});
