import { describe, expect, test } from 'vitest';
import { CallDriver } from '../testing/driver.ts';
import { hangup, inMeeting, pause, play, running, talking } from '../testing/situations.ts';

/** A call that rings and whose function has been invoked. */
function ringing(): CallDriver {
  const driver = new CallDriver();
  driver.arrive();
  return driver;
}

function isEnded(driver: CallDriver, logText: RegExp): void {
  expect(driver.of('HangUpLeg')).toEqual([{ kind: 'HangUpLeg', legId: 'leg-a', sipResponseCode: 480 }]);
  expect(driver.of('LogMessage').at(-1)?.text).toMatch(logText);
  driver.ended();
  expect(driver.eventTypes.at(-1)).toBe('HANGUP:Hangup');
  driver.failInvocation('error');
  expect(driver.outputs.at(-1)).toEqual({ kind: 'CallEnded' });
}

test('T-020 Numbers written as strings are accepted and echoed as numbers', () => {
  const driver = running(play('a.wav', { Repeat: '3' }));
  expect(driver.of('PlayAudio')[0]?.repeat).toBe(3);
  driver.played();
  expect(driver.lastAction.Parameters.Repeat).toBe(3);
});

test.each(['', null])('T-021 CallId %j selects the default leg', (CallId) => {
  const driver = running(play('a.wav', { CallId, ParticipantTag: CallId }));
  expect(driver.of('PlayAudio')[0]?.legId).toBe('leg-a');
});

test('T-022 CallId takes precedence over ParticipantTag', () => {
  const driver = inMeeting();
  driver.update();
  driver.respond([play('a.wav', { CallId: 'leg-b', ParticipantTag: 'LEG-A' })]);
  expect(driver.of('PlayAudio')[0]?.legId).toBe('leg-b');
});

test.each([
  { CallId: 'nobody' },
  { ParticipantTag: 'LEG-B' },
  { ParticipantTag: 'LEG-C' },
  { CallId: 7 },
])('T-023 %j names no participant: ACTION_FAILED when its turn comes', (leg) => {
  const driver = running(play(), play('b.wav', leg), play('c.wav'));
  driver.played();
  expect(driver.eventTypes.at(-1)).toBe('ACTION_FAILED:PlayAudio');
  expect(driver.lastAction).toMatchObject({
    ErrorType: 'InvalidActionParameter',
    ErrorMessage: 'CallId or ParticipantTag parameter for action is invalid.',
    Parameters: leg,
  });
  expect(driver.of('PlayAudio')).toHaveLength(1);
});

describe('answers that end the call', () => {
  test.each([
    ['T-024 another SchemaVersion', '{"SchemaVersion":"2.0","Actions":[]}', /schema version/],
    ['T-024 SchemaVersion as a number', '{"SchemaVersion":1.0}', /schema version/],
    ['T-024 none', '{}', /schema version/],
    ['an array', '[]', /schema version/],
    [
      'T-025 an unknown action',
      '{"SchemaVersion":"1.0","Actions":[{"Type":"Fly"}]}',
      /Unsupported action name specified/,
    ],
    ['T-027 an empty body', '', /empty or blank/],
    ['T-027 a blank body', ' \n', /empty or blank/],
    ['T-027 null', 'null', /empty or blank/],
    ['not JSON', '{"SchemaVersion":', /Error while reading actions list/],
    ['Actions that are no list', '{"SchemaVersion":"1.0","Actions":{"Type":"Pause"}}', /Error while reading/],
    ['an action that is no object', '{"SchemaVersion":"1.0","Actions":["Pause"]}', /Error while reading/],
    [
      'Parameters that are no object',
      '{"SchemaVersion":"1.0","Actions":[{"Type":"Pause","Parameters":[]}]}',
      /Error/,
    ],
    [
      'Parameters nested without end',
      `{"SchemaVersion":"1.0","Actions":[{"Type":"Pause","Parameters":{"a":${'['.repeat(9999)}${']'.repeat(9999)}}}]}`,
      /Error while reading/,
    ],
    [
      'attributes that are no map',
      '{"SchemaVersion":"1.0","TransactionAttributes":["a"]}',
      /Error while reading/,
    ],
  ])('%s', (_name, payload, logText) => {
    const driver = ringing();
    driver.respondRaw(payload);
    isEnded(driver, logText);
  });

  test('T-026 An answer with eleven actions ends the call', () => {
    const driver = ringing();
    driver.respond(Array.from({ length: 11 }, () => pause()));
    isEnded(driver, /Too many actions: 11/);
  });
});

test('T-026 Ten actions all run', () => {
  const driver = ringing();
  driver.respond([...Array.from({ length: 9 }, () => pause(100)), play()]);
  driver.pass(900);
  driver.answered();
  expect(driver.of('PlayAudio')).toHaveLength(1);
});

test('T-028 Unknown parameters are ignored, and not echoed', () => {
  const driver = running(play('a.wav', { CustomSipHeaders: {}, constructor: 1 }));
  driver.played();
  expect(driver.lastAction.Parameters).toStrictEqual({
    AudioSource: { Type: 'S3', BucketName: 'prompts', Key: 'a.wav' },
    Repeat: 1,
    CallId: 'leg-a',
    ParticipantTag: 'LEG-A',
  });
});

test('T-029 An answer after 19 s is accepted', () => {
  const driver = ringing();
  driver.pass(19_000);
  driver.respond([play()]);
  expect(driver.of('AnswerLeg')).toHaveLength(1);
  expect(driver.of('InvokeFunction')[0]?.timeoutMs).toBe(20_000);
});

test('T-030 A timeout ends every leg of the call without a retry', () => {
  const driver = inMeeting();
  driver.update();
  driver.failInvocation('timeout');
  expect(driver.of('HangUpLeg').map(({ legId }) => legId)).toEqual(['leg-a']);
  expect(driver.of('LeaveMeeting').map(({ legId }) => legId)).toEqual(['leg-b']);
  expect(driver.of('LogMessage').at(-1)?.text).toBe('AWS Lambda client operation timed out.');
  expect(driver.eventTypes.filter((type) => type.startsWith('CALL_UPDATE'))).toHaveLength(1);
});

test('T-031 A failed invocation is retried once with the same event and Sequence', () => {
  const driver = ringing();
  driver.failInvocation('throttled');
  expect(driver.events).toHaveLength(2);
  expect(driver.events[1]).toEqual(driver.events[0]);
  driver.respond([play()]);
  expect(driver.of('AnswerLeg')).toHaveLength(1);
});

test('T-032 The call ends with 480 if both attempts fail', () => {
  const driver = talking();
  driver.update();
  driver.failInvocation('error');
  driver.failInvocation('error');
  isEnded(driver, /returned an error/);
});

test('T-033, T-034, T-035, T-036 Attributes are set, replaced, kept and erased', () => {
  const driver = talking();
  const after = (attributes: Record<string, unknown> | null | undefined) => {
    driver.update();
    driver.respond([], attributes);
    driver.update();
    driver.respond();
    return driver.lastEvent.CallDetails.TransactionAttributes;
  };
  expect(after({ a: '1' })).toEqual({ a: '1' });
  const kept = { job: { key: 'a.json', tries: [1, 2] }, count: '3' };
  expect(after({ ...kept, count: 3, none: null })).toEqual(kept);
  expect(after({ b: '2' })).toEqual({ b: '2' });
  expect(after(undefined)).toEqual({ b: '2' });
  expect(after(null)).toEqual({ b: '2' });
  expect(after({ n: 3, yes: true, none: null })).toEqual({ n: '3', yes: 'true' });
  expect(after({})).toBeUndefined();
  expect(driver.lastEvent.CallDetails).not.toHaveProperty('TransactionAttributes');
});

test('Attributes may be named like members of every object', () => {
  const driver = talking();
  driver.update();
  driver.respondRaw('{"SchemaVersion":"1.0","TransactionAttributes":{"__proto__":"x","constructor":"y"}}');
  driver.update();
  expect(JSON.stringify(driver.lastEvent.CallDetails.TransactionAttributes)).toBe(
    '{"__proto__":"x","constructor":"y"}',
  );
});

const tooMany = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`k${index}`, 'v']));

test.each([
  ['101 pairs', tooMany],
  ['more than 20 KB', { a: 'ü'.repeat(10_241) }],
])('T-037 %s: INVALID_LAMBDA_RESPONSE, and the whole answer is discarded', (_name, attributes) => {
  const driver = talking();
  driver.update();
  driver.respond([], { kept: 'yes' });
  driver.update();
  driver.respond([play()], attributes);
  expect(driver.lastEvent).toMatchObject({
    InvocationEventType: 'INVALID_LAMBDA_RESPONSE',
    Sequence: 4,
    ErrorType: 'TransactionAttributesInvalidMapSize',
  });
  expect(driver.lastEvent).not.toHaveProperty('ActionData');
  expect(driver.lastEvent.CallDetails.TransactionAttributes).toEqual({ kept: 'yes' });
  expect(driver.of('PlayAudio')).toHaveLength(0);
});

test('Attributes of 100 pairs and 20 KB are accepted', () => {
  const driver = talking();
  driver.update();
  driver.respond([], Object.fromEntries(Object.entries(tooMany).slice(1)));
  driver.update();
  driver.respond([], { a: 'x'.repeat(20_479) });
  driver.update();
  expect(driver.lastEvent.InvocationEventType).toBe('CALL_UPDATE_REQUESTED');
});

test('T-038 The actions that answer INVALID_LAMBDA_RESPONSE run', () => {
  const driver = talking();
  driver.update();
  driver.respond([], tooMany);
  driver.respond([play(), hangup()]);
  driver.played();
  expect(driver.of('HangUpLeg')).toHaveLength(1);
});

test('A second invalid answer ends the call', () => {
  const driver = talking();
  driver.update();
  driver.respond([], tooMany);
  driver.respond([], tooMany);
  isEnded(driver, /too many mappings/);
});

test('Answers to events whose actions are ignored are not checked', () => {
  const driver = talking();
  driver.update();
  driver.respond([play()]);
  driver.update();
  driver.respond([play('b.wav')]);
  expect(driver.lastEvent.InvocationEventType).toBe('ACTION_INTERRUPTED');
  driver.respondRaw('[]');
  expect(driver.call.state).toBe('connected');
});

test('The 1001st invocation ends the call', () => {
  const driver = talking();
  while (driver.call.sequence < 1000) {
    driver.update();
    driver.respond();
  }
  driver.update();
  expect(driver.events).toHaveLength(1000);
  expect(driver.of('HangUpLeg')).toHaveLength(1);
  driver.ended();
  expect(driver.outputs.at(-1)).toEqual({ kind: 'CallEnded' });
});

test('The message log never holds digits, tokens or what the function said', () => {
  const driver = running({ Type: 'JoinChimeMeeting', Parameters: { JoinToken: 'secret-4711' } });
  driver.joinFailed('InvalidActionParameter', 'secret-4711');
  driver.respondRaw('{"SchemaVersion":"1.0","Actions":[{"Type":"secret-4711"}]}');
  expect(driver.of('LogMessage').length).toBeGreaterThan(0);
  expect(JSON.stringify(driver.of('LogMessage'))).not.toContain('4711');
});

test('A throttled function is retried within the 20 s of both attempts', () => {
  const throttled = talking();
  throttled.update();
  throttled.failInvocation('throttled');
  expect(throttled.of('InvokeFunction').at(-1)).toMatchObject({ afterMs: 1_000, timeoutMs: 19_000 });
  const slow = talking();
  slow.update();
  slow.pass(15_000);
  slow.failInvocation('error');
  const second = slow.of('InvokeFunction').at(-1);
  expect([second?.afterMs, second?.timeoutMs]).toEqual([undefined, 5_000]);
  slow.pass(5_000);
  slow.failInvocation('timeout');
  expect(slow.of('HangUpLeg')).toHaveLength(1);
});

test('HANGUP is retried while its function is throttled', () => {
  const driver = talking();
  driver.update();
  driver.failInvocation('timeout');
  driver.ended();
  const pauses: (number | undefined)[] = [];
  for (let attempt = 0; attempt < 9; attempt++) {
    driver.failInvocation(attempt % 2 === 0 ? 'throttled' : 'unavailable');
    const again = driver.of('InvokeFunction').at(-1);
    expect([again?.event.InvocationEventType, again?.timeoutMs]).toEqual(['HANGUP', 20_000]);
    pauses.push(again?.afterMs);
    driver.pass(again?.afterMs ?? 0);
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  driver.respond();
  expect(driver.of('CallEnded')).toHaveLength(1);
});
