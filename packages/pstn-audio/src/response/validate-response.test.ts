import { describe, expect, it } from 'vitest';
import { MAX_ACTIONS_PER_RESPONSE } from '../limits.ts';
import type { ResponseProblem } from './problem.ts';
import { validateResponse } from './validate-response.ts';

const answer = (...Actions: unknown[]) => ({ SchemaVersion: '1.0', Actions });
const action = (Type: string, Parameters?: Record<string, unknown>) => answer({ Type, Parameters });
const AudioSource = { Type: 'S3', BucketName: 'prompts', Key: 'a.wav' };

const nested = (levels: number): object => (levels > 0 ? { in: nested(levels - 1) } : {});

/** The place and the consequence of each problem. */
function brief(response: unknown): string[] {
  return validateResponse(response).map(({ path, consequence, errorType }) =>
    [path, consequence, errorType].filter(Boolean).join(' '),
  );
}

function only(response: unknown): ResponseProblem {
  const problems = validateResponse(response);
  expect(problems).toHaveLength(1);
  return problems[0] as ResponseProblem;
}

describe('an answer that the service accepts', () => {
  it.each([
    ['no actions', { SchemaVersion: '1.0' }],
    ['an attribute that is an object', { SchemaVersion: '1.0', TransactionAttributes: { a: { b: [1] } } }],
    ['null for "none"', { SchemaVersion: '1.0', Actions: null, TransactionAttributes: null }],
    ['a JSON text', JSON.stringify(action('PlayAudio', { AudioSource }))],
    [
      'numbers and booleans as texts',
      answer({ Type: 'PlayAudio', Parameters: { AudioSource, Repeat: '9999' } }),
    ],
    ['a flag as a text', action('VoiceFocus', { Enable: 'True' })],
    ['empty texts for "absent"', action('Speak', { Text: 'Hello', CallId: '', ParticipantTag: null })],
    ['a Hangup without parameters', action('Hangup')],
    [
      'a CallAndBridge',
      action('CallAndBridge', {
        CallTimeoutSeconds: '20',
        CallerIdNumber: '+12065550100',
        Endpoints: [{ BridgeEndpointType: 'PSTN', Uri: '+12065550101' }],
        SipHeaders: { 'x-floor': '3' },
      }),
    ],
  ])('An answer that the service accepts has no problem: %s', (_what, response) => {
    expect(validateResponse(response)).toEqual([]);
  });
});

describe('an answer that ends the call', () => {
  it.each([
    ['', ' CALL_ENDS'],
    ['not JSON', ' CALL_ENDS'],
    ['null', ' CALL_ENDS'],
    [{ SchemaVersion: '2.0' }, 'SchemaVersion CALL_ENDS'],
    [{ SchemaVersion: '1.0', Actions: {} }, 'Actions CALL_ENDS'],
    [answer('Hangup'), 'Actions[0] CALL_ENDS'],
    [answer({ Type: 'Hangup', Parameters: [] }), 'Actions[0].Parameters CALL_ENDS'],
    [answer(...Array(MAX_ACTIONS_PER_RESPONSE + 1).fill({ Type: 'Hangup' })), 'Actions.length CALL_ENDS'],
    [{ SchemaVersion: '1.0', TransactionAttributes: { a: nested(40) } }, 'TransactionAttributes.a CALL_ENDS'],
  ])('An answer that ends the call is reported: %j', (response, problem) => {
    expect(brief(response)).toEqual([problem.trim()]);
  });

  it('An unknown action is reported with the one probably meant', () => {
    expect(only(action('PlayAduio', { AudioSource }))).toMatchObject({
      path: 'Actions[0].Type',
      value: 'PlayAduio',
      didYouMean: 'PlayAudio',
      errorMessage: 'Unsupported action name specified: PlayAduio.',
    });
    expect(only(action('HangUp')).didYouMean).toBe('Hangup');
    expect(only(action('Answer')).didYouMean).toBeUndefined();
  });
});

it('Too many attributes are reported as in the event', () => {
  const TransactionAttributes = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`k${n}`, 'v']));
  expect(only({ SchemaVersion: '1.0', TransactionAttributes })).toMatchObject({
    consequence: 'INVALID_LAMBDA_RESPONSE',
    errorType: 'TransactionAttributesInvalidMapSize',
    errorMessage: 'Transaction Attributes has too many mappings. Maximum number of mappings is 100',
  });
});

describe('an action that would fail', () => {
  const parameter = (path: string) => `Actions[0].Parameters.${path}`;

  it.each([
    ['Pause', { DurationInMilliseconds: 50 }, 'DurationInMilliseconds', 'InvalidActionParameter'],
    ['Pause', {}, 'DurationInMilliseconds', 'InvalidActionParameter'],
    ['PlayAudio', { AudioSource: { ...AudioSource, Type: 's3' } }, 'AudioSource.Type', 'InvalidAudioSource'],
    ['PlayAudio', { AudioSource, Repeat: 0 }, 'Repeat', 'InvalidActionParameter'],
    [
      'PlayAudio',
      { AudioSource, PlaybackTerminators: ['#', '12'] },
      'PlaybackTerminators[1]',
      'InvalidActionParameter',
    ],
    ['Speak', {}, 'Text', 'MissingRequiredActionParameter'],
    ['Speak', { Text: 'x'.repeat(1001) }, 'Text', 'MissingRequiredActionParameter'],
    ['Speak', { Text: 'x', Engine: 'Neural' }, 'Engine', 'InvalidActionParameter'],
    ['VoiceFocus', {}, 'Enable', 'MissingRequiredActionParameter'],
    [
      'SendDigits',
      { Digits: '1', ToneDurationInMilliseconds: 20 },
      'ToneDurationInMilliseconds',
      'InvalidActionParameter',
    ],
    ['SendDigits', { Digits: '1;2' }, 'Digits', 'InvalidActionParameter'],
    ['JoinChimeMeeting', {}, 'JoinToken', 'InvalidActionParameter'],
    [
      'ModifyChimeMeetingAttendees',
      { Operation: 'Mute', MeetingId: 'm', AttendeeList: [] },
      'AttendeeList',
      'InvalidActionParameter',
    ],
    [
      'RecordAudio',
      { RecordingDestination: { Type: 'S3' } },
      'RecordingDestination.BucketName',
      'InvalidActionParameter',
    ],
    [
      'StartCallRecording',
      { Track: 'Both', Destination: { Type: 'S3', Location: 'b' } },
      'Track',
      'InvalidActionParameter',
    ],
    ['Hangup', { ParticipantTag: 'LEG-C' }, 'ParticipantTag', 'InvalidActionParameter'],
  ])('A problem of %s is reported at its place: %j', (type, parameters, path, errorType) => {
    expect(brief(action(type, parameters))).toEqual([`${parameter(path)} ACTION_FAILED ${errorType}`]);
  });

  it('An action that would fail is explained in one sentence', () => {
    expect(only(action('Pause', { DurationInMilliseconds: 50 })).message).toBe(
      'Actions[0].Parameters.DurationInMilliseconds (Pause) is 50; allowed is a whole number of milliseconds, from 100 to 30000. ' +
        'The action fails (ACTION_FAILED InvalidActionParameter: The Duration parameter is invalid.)',
    );
  });

  it('A violated rule between two parameters is reported', () => {
    const digits = { InputDigitsRegex: '1', InBetweenDigitsDurationInMilliseconds: 1000 };
    const flush = 'FlushDigitsDurationInMilliseconds';
    expect(brief(action('ReceiveDigits', { ...digits, [flush]: 1000 }))).toEqual([
      `${parameter(flush)} ACTION_FAILED InvalidActionParameter`,
    ]);
    const collect = {
      AudioSource,
      RepeatDurationInMilliseconds: 1,
      MinNumberOfDigits: 5,
      MaxNumberOfDigits: 4,
    };
    expect(brief(action('PlayAudioAndGetDigits', collect))).toEqual([
      `${parameter('MaxNumberOfDigits')} ACTION_FAILED InvalidActionParameter`,
    ]);
  });

  it.each([
    [{ Endpoints: [] }, 'Endpoints', 'Invalid number of endpoints provided.'],
    [
      { Endpoints: [{ BridgeEndpointType: 'PSTN', Uri: '911' }] },
      'Endpoints[0].Uri',
      'Endpoint parameter is invalid.',
    ],
    [
      { Endpoints: [{ BridgeEndpointType: 'AWS', Uri: 'desk' }] },
      'Endpoints[0].Arn',
      'Endpoint parameter is invalid.',
    ],
    [{ CallerIdNumber: undefined }, 'CallerIdNumber', 'Caller ID not defined.'],
    [{ CallerIdNumber: 'me' }, 'CallerIdNumber', 'Invalid caller ID.'],
    [{ SipHeaders: { 'X-AMZN': '1' } }, 'SipHeaders.X-AMZN', 'Invalid SIP header(s) provided: X-AMZN'],
    [{ SipHeaders: { 'x-a': 'b\r\nVia: c' } }, 'SipHeaders.x-a', 'Invalid SIP header(s) provided: x-a'],
    [{ RingbackTone: {} }, 'RingbackTone.Type', 'Ringtone parameter value is invalid.'],
  ])('CallAndBridge with %j: the problem is at %s', (more, path, errorMessage) => {
    const Endpoints = [{ BridgeEndpointType: 'PSTN', Uri: '+12065550101' }];
    const [problem] = validateResponse(
      action('CallAndBridge', { CallerIdNumber: '+12065550100', Endpoints, ...more }),
    );
    expect(problem).toMatchObject({ path: parameter(path), errorMessage });
  });

  it('Messages about secrets do not contain them', () => {
    const problems = validateResponse(action('SendDigits', { Digits: '4711x' }));
    expect(JSON.stringify(problems)).not.toContain('4711');
  });
});

describe('the parts of a response that the service ignores', () => {
  it('An unknown parameter is reported with the one probably meant', () => {
    expect(only(action('Hangup', { sipResponseCode: '486' }))).toMatchObject({
      consequence: 'IGNORED',
      path: 'Actions[0].Parameters.sipResponseCode',
      didYouMean: 'SipResponseCode',
      unknown: true,
    });
  });

  it('A code that refuses nothing and an unknown member are reported', () => {
    expect(brief(action('Hangup', { SipResponseCode: 200 }))).toEqual([
      'Actions[0].Parameters.SipResponseCode IGNORED',
    ]);
    expect(only({ SchemaVersion: '1.0', actions: [] })).toMatchObject({
      path: 'actions',
      didYouMean: 'Actions',
    });
  });
});

it('Every problem of an answer is found, not only the first', () => {
  const response = answer(
    { Type: 'Pause', Parameters: { DurationInMilliseconds: 1 } },
    { Type: 'Fly' },
    { Type: 'PlayAudio', Parameters: { AudioSource: {}, Repeats: 2 } },
  );
  expect(brief(response)).toEqual([
    'Actions[1].Type CALL_ENDS',
    'Actions[0].Parameters.DurationInMilliseconds ACTION_FAILED InvalidActionParameter',
    'Actions[2].Parameters.AudioSource.Type ACTION_FAILED InvalidAudioSource',
    'Actions[2].Parameters.AudioSource.BucketName ACTION_FAILED InvalidAudioSource',
    'Actions[2].Parameters.AudioSource.Key ACTION_FAILED InvalidAudioSource',
    'Actions[2].Parameters.Repeats IGNORED',
  ]);
});
