import { describe, expect, test } from 'vitest';
import { CallDriver } from '../testing/driver.ts';
import { hangup, play } from '../testing/situations.ts';

/** Calls that the application makes (pstn-audio 3.2, 7.1). Numbers of statements: see `routing.test.ts`. */

/** A call that is being dialled. NEW_OUTBOUND_CALL has not been answered yet. */
function placed(how: Parameters<CallDriver['place']>[0] = {}): CallDriver {
  const driver = new CallDriver();
  driver.place(how);
  return driver;
}

function talking(): CallDriver {
  const driver = placed();
  driver.respond();
  driver.ringing();
  driver.respond();
  driver.answered();
  return driver;
}

const legA = (driver: CallDriver) => driver.lastEvent.CallDetails.Participants[0];

test('T-011 SipRuleId is absent throughout', () => {
  const driver = talking();
  driver.ended();
  driver.respond();
  for (const { CallDetails } of driver.events) expect(CallDetails).not.toHaveProperty('SipRuleId');
});

test("T-039 NEW_OUTBOUND_CALL's actions are not run; its attributes reach CALL_ANSWERED", () => {
  const driver = placed();
  driver.respond([play()], { a: '1' });
  driver.answered();
  expect(driver.lastEvent.InvocationEventType).toBe('CALL_ANSWERED');
  expect(driver.lastEvent.CallDetails.TransactionAttributes).toEqual({ a: '1' });
  driver.respond();
  expect(driver.of('PlayAudio')).toEqual([]);
});

test.each([
  '[]',
  '',
  'null',
  '{"SchemaVersion":"2.0"}',
  '{"SchemaVersion":"1.0","Actions":[{"Type":"Dance"}]}',
])('T-040 Whatever answers RINGING (%s), the call goes on', (payload) => {
  const driver = placed();
  driver.respond();
  driver.ringing();
  driver.respondRaw(payload);
  driver.answered();
  expect(driver.eventTypes).toEqual(['NEW_OUTBOUND_CALL', 'RINGING', 'CALL_ANSWERED']);
  expect(driver.of('HangUpLeg')).toEqual([]);
});

test('T-113 ArgumentsMap arrives in NEW_OUTBOUND_CALL, and only there', () => {
  const driver = placed({ arguments: { who: 'Ada', empty: '' } });
  expect(driver.lastEvent).toMatchObject({ Sequence: 1, InvocationEventType: 'NEW_OUTBOUND_CALL' });
  expect(driver.lastAction).toEqual({
    Type: 'CallCreateRequest',
    Parameters: { Arguments: { who: 'Ada', empty: '' } },
  });
  driver.respond();
  driver.answered();
  expect(JSON.stringify(driver.lastEvent)).not.toContain('Ada');
});

test('T-114 NEW_OUTBOUND_CALL without ArgumentsMap has no ActionData', () => {
  expect(placed().lastEvent).not.toHaveProperty('ActionData');
  expect(placed({ arguments: {} }).lastAction.Parameters).toEqual({ Arguments: {} });
});

test('T-115 NEW_OUTBOUND_CALL, RINGING, CALL_ANSWERED have Sequence 1, 2, 3', () => {
  const driver = talking();
  expect(
    driver.events.map(({ Sequence, InvocationEventType }) => `${Sequence} ${InvocationEventType}`),
  ).toEqual(['1 NEW_OUTBOUND_CALL', '2 RINGING', '3 CALL_ANSWERED']);
  expect(driver.events.map(({ CallDetails }) => CallDetails.Participants[0]?.Status)).toEqual([
    undefined,
    undefined,
    'Connected',
  ]);
  expect(legA(driver)).toMatchObject({
    ParticipantTag: 'LEG-A',
    Direction: 'Outbound',
    From: '+15550100001',
    To: '+15550100002',
  });
});

test('T-115 Events keep their order if the function is slower than the callee', () => {
  const driver = placed();
  driver.ringing();
  driver.answered();
  expect(driver.eventTypes).toEqual(['NEW_OUTBOUND_CALL']);
  driver.respond();
  expect(driver.lastEvent.InvocationEventType).toBe('RINGING');
  expect(legA(driver)).not.toHaveProperty('Status');
  driver.respond();
  expect(driver.eventTypes).toEqual(['NEW_OUTBOUND_CALL', 'RINGING', 'CALL_ANSWERED']);
});

test.each([486, 404, 408, 603])('T-116 HANGUP reports a refusal with %i', (code) => {
  const driver = placed();
  driver.respond();
  driver.ringing();
  driver.respond();
  driver.ended('leg-a', code);
  expect(driver.lastEvent).toMatchObject({ Sequence: 3, InvocationEventType: 'HANGUP' });
  expect(driver.lastAction.Parameters).toEqual({
    SipResponseCode: code,
    CallId: 'leg-a',
    ParticipantTag: 'LEG-A',
  });
  expect(legA(driver)?.Status).toBe('Disconnected');
  driver.respond([play()]);
  expect(driver.outputs.at(-1)).toEqual({ kind: 'CallEnded' });
});

describe('dialling', () => {
  test('Dialling uses the request’s headers and does not wait for the function', () => {
    const driver = placed({ sipHeaders: { 'X-Account': '7' } });
    expect(driver.of('PlaceCall')).toEqual([
      {
        kind: 'PlaceCall',
        legId: 'leg-a',
        from: '+15550100001',
        to: '+15550100002',
        sipHeaders: { 'X-Account': '7' },
      },
    ]);
    driver.respond();
    driver.answered();
    expect(JSON.stringify(driver.events)).not.toContain('X-Account');
  });

  test('A phone that rings repeatedly is reported once', () => {
    const driver = placed();
    driver.respond();
    driver.ringing();
    driver.ringing();
    driver.respond();
    driver.ringing();
    expect(driver.eventTypes).toEqual(['NEW_OUTBOUND_CALL', 'RINGING']);
    const silent = placed();
    silent.respond();
    silent.answered();
    silent.ringing();
    silent.respond();
    expect(silent.eventTypes).toEqual(['NEW_OUTBOUND_CALL', 'CALL_ANSWERED']);
  });

  test('Dialling is given up after 60 s with 480, despite late answers', () => {
    const driver = placed();
    driver.respond();
    driver.pass(59_999);
    expect(driver.of('HangUpLeg')).toEqual([]);
    driver.pass(1);
    expect(driver.of('HangUpLeg')).toEqual([{ kind: 'HangUpLeg', legId: 'leg-a', sipResponseCode: 480 }]);
    driver.answered();
    driver.ended('leg-a', 487);
    expect(driver.eventTypes).toEqual(['NEW_OUTBOUND_CALL', 'HANGUP:Hangup']);
    expect(driver.lastAction.Parameters.SipResponseCode).toBe(480);
    driver.pass(60_000);
    expect(driver.of('HangUpLeg')).toHaveLength(1);
  });

  test('An answered call is not limited to 60 s', () => {
    const driver = talking();
    driver.respond();
    driver.pass(600_000);
    expect(driver.of('HangUpLeg')).toEqual([]);
  });

  test('No other application is tried if the function cannot be invoked', () => {
    const driver = placed();
    driver.failInvocation('unavailable');
    driver.failInvocation('unavailable');
    expect(driver.of('HangUpLeg')).toEqual([{ kind: 'HangUpLeg', legId: 'leg-a', sipResponseCode: 480 }]);
    driver.ended('leg-a', 487);
    expect(driver.eventTypes).toEqual(['NEW_OUTBOUND_CALL', 'NEW_OUTBOUND_CALL', 'HANGUP:Hangup']);
  });
});

describe('updates before CALL_ANSWERED', () => {
  test('Updates before the answer keep attributes, and their actions are dropped', () => {
    const driver = placed();
    driver.respond();
    driver.update({ k: 'v' });
    expect(driver.lastAction).toEqual({ Type: 'CallUpdateRequest', Parameters: { Arguments: { k: 'v' } } });
    expect(legA(driver)).not.toHaveProperty('Status');
    driver.respond([hangup()], { asked: 'yes' });
    expect(driver.of('HangUpLeg')).toEqual([]);
    driver.answered();
    expect(driver.lastEvent.CallDetails.TransactionAttributes).toEqual({ asked: 'yes' });
  });

  test('An update answered after the callee still precedes CALL_ANSWERED', () => {
    const driver = placed();
    driver.respond();
    driver.update();
    driver.answered();
    driver.respond([play('update.wav')]);
    expect(driver.lastEvent.InvocationEventType).toBe('CALL_ANSWERED');
    driver.respond([play('hello.wav')]);
    expect(driver.of('PlayAudio').map(({ source }) => source.Key)).toEqual(['hello.wav']);
  });
});

describe('after the answer', () => {
  test('Actions run at once on an answered outbound leg', () => {
    const driver = talking();
    driver.respond([play(), hangup()]);
    expect(driver.of('AnswerLeg')).toEqual([]);
    expect(driver.of('PlayAudio')).toMatchObject([{ legId: 'leg-a' }]);
    driver.played();
    driver.ended();
    expect(driver.eventTypes.at(-1)).toBe('HANGUP:Hangup');
    expect(driver.lastAction.Parameters.SipResponseCode).toBe(0);
  });

  test('An update interrupts the action in progress', () => {
    const driver = talking();
    driver.respond([play()]);
    driver.update();
    driver.respond([play('other.wav')]);
    expect(driver.eventTypes.at(-1)).toBe('ACTION_INTERRUPTED:PlayAudio');
    expect(driver.of('PlayAudio').map(({ source }) => source.Key)).toEqual(['a.wav', 'other.wav']);
  });

  test('The call stays up if CALL_ANSWERED is answered without actions', () => {
    const driver = talking();
    driver.respond();
    driver.pass(600_000);
    expect(driver.call.state).toBe('connected');
    driver.ended();
    driver.respond();
    expect(driver.outputs.at(-1)).toEqual({ kind: 'CallEnded' });
  });
});
