/**
 * Tests of the specification's statements, named by the numbers of the statements;
 * `packages/pstn-audio/STATEMENTS.md` lists which test proves which statement.
 */
import { expect, test } from 'vitest';
import { CallDriver } from '../testing/driver.ts';
import { inMeeting, pause, talking } from '../testing/situations.ts';

test('T-001 NEW_INBOUND_CALL is sent once, with Sequence 1', () => {
  const driver = new CallDriver();
  driver.arrive();
  expect(driver.eventTypes).toEqual(['NEW_INBOUND_CALL']);
  expect(driver.lastEvent.Sequence).toBe(1);
  expect(driver.lastEvent.CallDetails.TransactionId).toBe('transaction');
});

test('T-002 Only the first target is invoked', () => {
  const driver = new CallDriver();
  driver.arrive({ targets: 2 });
  expect(driver.of('InvokeFunction').map(({ functionArn }) => functionArn)).toEqual(['function-1']);
});

test('T-003 The second target has its own SipMediaApplicationId and AwsRegion', () => {
  const driver = new CallDriver();
  driver.arrive({ targets: 2 });
  driver.failInvocation('unavailable');
  driver.failInvocation('unavailable');
  const { functionArn, event } = driver.of('InvokeFunction').at(-1)!;
  expect(functionArn).toBe('function-2');
  expect(event).toMatchObject({ Sequence: 1, InvocationEventType: 'NEW_INBOUND_CALL' });
  expect(event.CallDetails).toMatchObject({ SipMediaApplicationId: 'sma-2', AwsRegion: 'region-2' });
});

test('Failover applies to the first invocation only', () => {
  const driver = new CallDriver();
  driver.arrive({ targets: 2 });
  driver.respond([pause()]);
  driver.pass(1000);
  driver.failInvocation('unavailable');
  driver.failInvocation('unavailable');
  expect(driver.of('InvokeFunction').every(({ functionArn }) => functionArn === 'function-1')).toBe(true);
  expect(driver.call.state).toBe('releasing');
});

test('T-004 The caller is disconnected if all targets fail', () => {
  const driver = new CallDriver();
  driver.arrive({ targets: 2 });
  for (let attempt = 0; attempt < 4; attempt += 1) driver.failInvocation('unavailable');
  expect(driver.of('HangUpLeg')).toEqual([{ kind: 'HangUpLeg', legId: 'leg-a', sipResponseCode: 480 }]);
});

test('T-007, T-008, T-009, T-011 The first event describes the call', () => {
  const driver = new CallDriver();
  driver.arrive();
  expect(driver.lastEvent).toStrictEqual({
    SchemaVersion: '1.0',
    Sequence: 1,
    InvocationEventType: 'NEW_INBOUND_CALL',
    CallDetails: {
      TransactionId: 'transaction',
      AwsAccountId: '000000000000',
      AwsRegion: 'region-1',
      SipRuleId: 'rule',
      SipMediaApplicationId: 'sma-1',
      Participants: [
        {
          CallId: 'leg-a',
          ParticipantTag: 'LEG-A',
          To: '+15550100001',
          From: '+15550100002',
          Direction: 'Inbound',
          StartTimeInMilliseconds: '1700000000000',
        },
      ],
    },
  });
});

test('T-010 LEG-A is Connected after the answer', () => {
  const driver = talking();
  driver.update();
  expect(driver.lastEvent.CallDetails.Participants[0]?.Status).toBe('Connected');
});

test('T-012 Sequence counts every invocation; T-013 calls count separately', () => {
  const [one, other] = [talking(), talking()];
  for (let count = 0; count < 5; count += 1) {
    one.update();
    one.respond();
  }
  other.update();
  expect(one.events.map(({ Sequence }) => Sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(other.lastEvent.Sequence).toBe(2);
});

test('Events of one call wait for one another', () => {
  const driver = talking();
  driver.update({ first: '1' });
  driver.update({ second: '2' });
  driver.ended();
  expect(driver.events).toHaveLength(2);
  driver.respond();
  driver.respond();
  expect(driver.eventTypes.slice(1)).toEqual([
    'CALL_UPDATE_REQUESTED:CallUpdateRequest',
    'HANGUP:Hangup',
    'CALL_UPDATE_REQUESTED:CallUpdateRequest',
  ]);
});

test('T-014 Participants of a HANGUP have a Status; T-016 the ended leg is first', () => {
  const driver = inMeeting();
  driver.ended('leg-b');
  expect(statuses(driver)).toEqual(['LEG-B Disconnected', 'LEG-A Connected']);
});

test('T-015 LEG-A comes first in ACTION_SUCCESSFUL and CALL_UPDATE_REQUESTED', () => {
  const driver = inMeeting();
  driver.update();
  expect(statuses(driver)).toEqual(['LEG-A Connected', 'LEG-B Connected']);
  const speak = { Type: 'Speak', Parameters: { Text: 'Hello', ParticipantTag: 'LEG-B' } };
  driver.respond([speak]);
  driver.played();
  expect(statuses(driver)).toEqual(['LEG-A Connected', 'LEG-B Connected']);
  expect(driver.lastAction.Parameters).toMatchObject({ CallId: 'leg-b', ParticipantTag: 'LEG-B' });
});

test('T-017 The last HANGUP lists one participant', () => {
  const driver = inMeeting();
  driver.ended('leg-a');
  expect(statuses(driver)).toEqual(['LEG-A Disconnected', 'LEG-B Connected']);
  driver.respond();
  driver.ended('leg-b');
  expect(statuses(driver)).toEqual(['LEG-B Disconnected']);
});

test('T-018 SipHeaders are as received; T-019 absent without custom headers', () => {
  const driver = new CallDriver();
  driver.arrive({ sipHeaders: { 'X-Account': '7' } });
  expect(driver.lastEvent.CallDetails.Participants[0]?.SipHeaders).toEqual({ 'X-Account': '7' });
  const plain = new CallDriver();
  plain.arrive({ sipHeaders: {} });
  expect(plain.lastEvent.CallDetails.Participants[0]).not.toHaveProperty('SipHeaders');
});

function statuses(driver: CallDriver): string[] {
  return driver.lastEvent.CallDetails.Participants.map((leg) => `${leg.ParticipantTag} ${leg.Status}`);
}
