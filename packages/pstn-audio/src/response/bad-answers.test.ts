import { describe, expect, it } from 'vitest';
import { CallDriver } from '../engine/testing/driver.ts';
import { explain } from './problem.ts';
import type { Surroundings } from './surroundings.ts';
import { validateResponse } from './validate-response.ts';

/** Mistakes that people make, each with its place, what was probably meant, and what the service does. */

const AudioSource = { Type: 'S3', BucketName: 'prompts', Key: 'a.wav' };
const collect = { AudioSource, RepeatDurationInMilliseconds: 3000 };
const Endpoints = [{ BridgeEndpointType: 'PSTN', Uri: '+12065550101' }];
const CallerIdNumber = '+12065550100';
const listen = { InBetweenDigitsDurationInMilliseconds: 1000, FlushDigitsDurationInMilliseconds: 5000 };
const bridge = { CallerIdNumber, Endpoints };
const say = (Text: string, more: object = {}) => ({ Text, ...more });

type Parameters = Record<string, unknown>;
/** Type, parameters, the path below `Parameters`, the guess, and the event. */
type BadAction = [
  type: string,
  parameters: Parameters,
  path: string,
  meant: string | undefined,
  says: string,
];

const INVALID = (name: string) => `InvalidActionParameter: The ${name} parameter is invalid.`;
const NO_LEG = 'InvalidActionParameter: CallId or ParticipantTag parameter for action is invalid.';
const NO_SOURCE = 'InvalidAudioSource: Audio Source parameter value is invalid.';
const NO_ENDPOINT = 'InvalidActionParameter: Endpoint parameter is invalid.';
const NOT_IN_ENUM = (name: string) =>
  `InvalidActionParameter: 1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must satisfy enum value set`;

const BAD_ACTIONS: BadAction[] = [
  // Names of legs.
  ['Pause', { DurationInMilliseconds: 500, ParticipantTag: 'LegA' }, 'ParticipantTag', 'LEG-A', NO_LEG],
  ['Pause', { DurationInMilliseconds: 500, ParticipantTag: 'leg-b' }, 'ParticipantTag', 'LEG-B', NO_LEG],
  ['Hangup', { CallId: 7 }, 'CallId', undefined, NO_LEG],
  // Numbers.
  ['Pause', { DurationInMilliseconds: '1s' }, 'DurationInMilliseconds', undefined, INVALID('Duration')],
  ['Pause', { DurationInMilliseconds: 1 }, 'DurationInMilliseconds', undefined, INVALID('Duration')],
  ['Pause', { Duration: 1000 }, 'DurationInMilliseconds', undefined, INVALID('Duration')],
  ['PlayAudio', { AudioSource, Repeat: 0 }, 'Repeat', undefined, INVALID('Repeat')],
  ['PlayAudio', { AudioSource, Repeat: true }, 'Repeat', undefined, INVALID('Repeat')],
  // Files.
  ['PlayAudio', {}, 'AudioSource', undefined, NO_SOURCE],
  ['PlayAudio', { AudioSource: { ...AudioSource, Type: 's3' } }, 'AudioSource.Type', 'S3', NO_SOURCE],
  ['PlayAudio', { AudioSource: 's3://prompts/a.wav' }, 'AudioSource', undefined, NO_SOURCE],
  [
    'PlayAudio',
    { AudioSource: { Type: 'S3', Bucket: 'prompts', Key: 'a.wav' } },
    'AudioSource.BucketName',
    undefined,
    NO_SOURCE,
  ],
  [
    'PlayAudio',
    { AudioSource, PlaybackTerminators: '#' },
    'PlaybackTerminators',
    undefined,
    INVALID('PlaybackTerminators'),
  ],
  [
    'PlayAudio',
    { AudioSource, PlaybackTerminators: [1] },
    'PlaybackTerminators[0]',
    undefined,
    INVALID('PlaybackTerminators'),
  ],
  // Digits.
  [
    'PlayAudioAndGetDigits',
    { ...collect, InputDigitsRegex: '^[0-9{4}$' },
    'InputDigitsRegex',
    undefined,
    INVALID('InputDigitsRegex'),
  ],
  [
    'PlayAudioAndGetDigits',
    { AudioSource },
    'RepeatDurationInMilliseconds',
    undefined,
    INVALID('RepeatDurationInMilliseconds'),
  ],
  [
    'PlayAudioAndGetDigits',
    { ...collect, MinNumberOfDigits: 4, MaxNumberOfDigits: 3 },
    'MaxNumberOfDigits',
    undefined,
    INVALID('MaxNumberOfDigits'),
  ],
  [
    'PlayAudioAndGetDigits',
    { ...collect, MaxNumberOfDigits: 200 },
    'MaxNumberOfDigits',
    undefined,
    INVALID('MaxNumberOfDigits'),
  ],
  [
    'ReceiveDigits',
    { ...listen, InputDigitsRegex: '*1' },
    'InputDigitsRegex',
    undefined,
    INVALID('InputDigitsRegex'),
  ],
  [
    'ReceiveDigits',
    { ...listen, InputDigitsRegex: '1', FlushDigitsDurationInMilliseconds: 500 },
    'FlushDigitsDurationInMilliseconds',
    undefined,
    INVALID('FlushDigitsDurationInMilliseconds'),
  ],
  ['SendDigits', { Digits: '12#x' }, 'Digits', undefined, INVALID('Digits')],
  [
    'SendDigits',
    { Digits: '1', ToneDurationInMilliseconds: 10 },
    'ToneDurationInMilliseconds',
    undefined,
    'InvalidActionParameter: ToneDuration parameter value is invalid.',
  ],
  // Speech.
  ['Speak', {}, 'Text', undefined, 'MissingRequiredActionParameter: Text is a required parameter'],
  [
    'Speak',
    say('x'.repeat(1001)),
    'Text',
    undefined,
    'MissingRequiredActionParameter: Text is limited to 1,000 characters',
  ],
  ['Speak', say('Hello', { VoiceId: 'joana' }), 'VoiceId', 'Joanna', NOT_IN_ENUM('voiceId')],
  ['Speak', say('Hello', { LanguageCode: 'en_US' }), 'LanguageCode', 'en-US', NOT_IN_ENUM('languageCode')],
  [
    'Speak',
    say('Hello', { VoiceId: 'Ruth' }),
    'Engine',
    undefined,
    'InvalidActionParameter: This voice does not support the selected engine: standard',
  ],
  [
    'Speak',
    say('Hello', { Engine: 'Neural' }),
    'Engine',
    'neural',
    'InvalidActionParameter: The Engine parameter is invalid. Allowed: standard, neural.',
  ],
  [
    'Speak',
    say('<speak>Tom & Jerry</speak>', { TextType: 'ssml' }),
    'Text',
    undefined,
    'InvalidActionParameter: Invalid SSML request',
  ],
  [
    'Speak',
    say('<speak>One<break time="1s">two</speak>', { TextType: 'ssml' }),
    'Text',
    undefined,
    'InvalidActionParameter: Invalid SSML request',
  ],
  [
    'Speak',
    say('<speak>Hi</speak>', { TextType: 'SSML' }),
    'TextType',
    'ssml',
    'InvalidActionParameter: The TextType parameter is invalid. Allowed: text, ssml.',
  ],
  [
    'SpeakAndGetDigits',
    {
      SpeechParameters: say('Your PIN?', { VoiceId: 'Mathew' }),
      FailureSpeechParameters: say('Again.'),
      RepeatDurationInMilliseconds: 3000,
    },
    'SpeechParameters.VoiceId',
    'Matthew',
    NOT_IN_ENUM('voiceId'),
  ],
  // Bridges.
  ['CallAndBridge', { ...bridge, Endpoints: Endpoints[0] }, 'Endpoints', undefined, NO_ENDPOINT],
  [
    'CallAndBridge',
    { ...bridge, Endpoints: [{ BridgeEndpointType: 'PSTN', Uri: ['+12065550101'] }] },
    'Endpoints[0].Uri',
    undefined,
    NO_ENDPOINT,
  ],
  [
    'CallAndBridge',
    { ...bridge, Endpoints: [{ BridgeEndpointType: 'PSTN', Uri: '2065550101' }] },
    'Endpoints[0].Uri',
    undefined,
    NO_ENDPOINT,
  ],
  [
    'CallAndBridge',
    { ...bridge, Endpoints: [{ BridgeEndpointType: 'Pstn', Uri: '+12065550101' }] },
    'Endpoints[0].BridgeEndpointType',
    'PSTN',
    NO_ENDPOINT,
  ],
  [
    'CallAndBridge',
    { ...bridge, SipHeaders: { Account: '7' } },
    'SipHeaders.Account',
    undefined,
    'InvalidActionParameter: Invalid SIP header(s) provided: Account',
  ],
  [
    'CallAndBridge',
    { ...bridge, CallTimeoutSeconds: 180 },
    'CallTimeoutSeconds',
    undefined,
    'InvalidActionParameter: The MaxCallTimeout parameter is invalid. Timeout must be between 0 and 120 seconds.',
  ],
  // Recordings, meetings, voices.
  [
    'StartCallRecording',
    { Track: 'Both', Destination: { Type: 'S3', Location: 'b' } },
    'Track',
    'BOTH',
    'InvalidActionParameter: CallId parameter for action is invalid',
  ],
  [
    'RecordAudio',
    { RecordingDestination: { Type: 'S3', Bucket: 'b' } },
    'RecordingDestination.BucketName',
    undefined,
    'InvalidActionParameter: RecordingDestination parameter value is invalid.',
  ],
  [
    'JoinChimeMeeting',
    { MeetingId: 'm' },
    'JoinToken',
    undefined,
    'InvalidActionParameter: JoinToken parameter value is invalid.',
  ],
  ['VoiceFocus', { Enable: 'yes' }, 'Enable', undefined, INVALID('Enable')],
];

describe('a bad parameter', () => {
  it.each(BAD_ACTIONS)('A bad parameter of %s %j is found at %s', (Type, Parameters, path, meant, says) => {
    const [problem] = validateResponse({ SchemaVersion: '1.0', Actions: [{ Type, Parameters }] });
    expect(problem).toMatchObject({
      consequence: 'ACTION_FAILED',
      action: Type,
      path: `Actions[0].Parameters.${path}`,
    });
    expect([problem?.didYouMean, `${problem?.errorType}: ${problem?.errorMessage}`]).toEqual([meant, says]);
  });

  // In a call, a Hangup for a leg that does not exist is skipped.
  const inCalls = BAD_ACTIONS.filter(([type]) => type !== 'Hangup');
  it.each(
    inCalls,
  )('A bad parameter of %s %j is reported alike in calls', (Type, Parameters, path, _meant, says) => {
    const driver = new CallDriver();
    driver.arrive();
    driver.respond([{ Type, Parameters }]);
    const { ErrorType, ErrorMessage } = driver.lastAction;
    const texts = driver.of('LogMessage').map(({ text }) => text);
    expect(driver.lastEvent.InvocationEventType).toBe('ACTION_FAILED');
    expect(`${ErrorType}: ${ErrorMessage}`).toBe(says);
    expect(texts.some((text) => text.startsWith(`Actions[0].Parameters.${path} (${Type}) is `))).toBe(true);
  });
});

describe('a bad answer', () => {
  it.each<[string, unknown, string, string | undefined, string]>([
    ['a misspelt type', { Actions: [{ Type: 'PlayAduio' }] }, 'Actions[0].Type', 'PlayAudio', 'CALL_ENDS'],
    ['another case', { Actions: [{ Type: 'hangUp' }] }, 'Actions[0].Type', 'Hangup', 'CALL_ENDS'],
    [
      'an action without a type',
      { Actions: [{ Parameters: {} }] },
      'Actions[0].Type',
      undefined,
      'CALL_ENDS',
    ],
    ['an action that is its type', { Actions: ['Hangup'] }, 'Actions[0]', undefined, 'CALL_ENDS'],
    ['one action without a list', { Actions: { Type: 'Hangup' } }, 'Actions', undefined, 'CALL_ENDS'],
    [
      'eleven actions',
      { Actions: Array(11).fill({ Type: 'Hangup' }) },
      'Actions.length',
      undefined,
      'CALL_ENDS',
    ],
    ['a version as a number', { SchemaVersion: 1, Actions: [] }, 'SchemaVersion', undefined, 'CALL_ENDS'],
    [
      'attributes that are a list',
      { TransactionAttributes: [] },
      'TransactionAttributes',
      undefined,
      'CALL_ENDS',
    ],
    [
      'attributes of more than 20 KB',
      { TransactionAttributes: { a: 'x'.repeat(20_481) } },
      'TransactionAttributes',
      undefined,
      'INVALID_LAMBDA_RESPONSE',
    ],
    ['actions in another case', { actions: [] }, 'actions', 'Actions', 'IGNORED'],
  ])('%s: the problem is reported at its place', (_what, answer, path, meant, consequence) => {
    const [problem] = validateResponse({ SchemaVersion: '1.0', ...(answer as object) });
    expect(problem).toMatchObject({ path, consequence });
    expect(problem?.didYouMean).toBe(meant);
  });

  it('A whole HTTP response is reported as lacking SchemaVersion', () => {
    const [problem] = validateResponse({ statusCode: 200, body: '{"SchemaVersion":"1.0","Actions":[]}' });
    expect(problem).toMatchObject({ path: 'SchemaVersion', consequence: 'CALL_ENDS' });
  });

  it("An unknown leg is reported together with the call's legs", () => {
    const driver = new CallDriver();
    driver.arrive();
    driver.respond([{ Type: 'Speak', Parameters: { Text: 'Hello', ParticipantTag: 'LEG-B' } }]);
    const allowed = 'a connected leg: LEG-A (leg-a)';
    const text = explain('Actions[0].Parameters.ParticipantTag (Speak)', { value: 'LEG-B', allowed });
    expect(driver.of('LogMessage').map((line) => line.text)).toEqual([text]);
  });
});

describe('where an answer will be used', () => {
  const brief = (answer: object, surroundings: Surroundings) =>
    validateResponse({ SchemaVersion: '1.0', Actions: [answer] }, surroundings).map(
      ({ path, consequence, errorType }) =>
        [path.replace('Actions[0].Parameters.', ''), consequence, errorType].filter(Boolean).join(' '),
    );
  const play = { Type: 'PlayAudio', Parameters: { AudioSource } };

  it('A missing file, or one that is not WAV, fails', () => {
    expect(brief(play, { audioFile: () => null })).toEqual([
      'AudioSource.Key ACTION_FAILED InvalidAudioSource',
    ]);
    expect(brief(play, { audioFile: () => ({ bytes: 9, fault: 'it is an MP3' }) })).toEqual([
      'AudioSource.Key ACTION_FAILED InvalidAudioSource',
    ]);
    const tooLarge = { bytes: 60_000_000, sampleRate: 8000, channels: 1, bits: 16 };
    expect(brief(play, { audioFile: () => tooLarge })).toEqual([
      'AudioSource.Key ACTION_FAILED InvalidAudioSource',
    ]);
  });

  it('A file that is not in telephone format is reported', () => {
    const form = { bytes: 9, sampleRate: 8000, channels: 1, bits: 16 };
    expect(brief(play, { audioFile: () => form })).toEqual([]);
    expect(brief(play, { audioFile: () => ({ ...form, sampleRate: 44_100, channels: 2 }) })).toEqual([
      'AudioSource.Key FAILS_ON_AWS',
    ]);
  });

  it('A bucket policy that denies the service access is reported', () => {
    const Destination = { Type: 'S3', Location: 'b/x' };
    expect(brief(play, { allows: () => false })).toEqual(['AudioSource.BucketName FAILS_ON_AWS']);
    const record = { Type: 'StartCallRecording', Parameters: { Track: 'BOTH', Destination } };
    expect(
      brief(record, { allows: (bucket, action) => bucket !== 'b' || action !== 's3:PutObject' }),
    ).toEqual(['Destination.Location FAILS_ON_AWS']);
    expect(brief(record, {})).toEqual([]);
  });

  it('Fictional numbers and headers to the telephone network are reported', () => {
    const Parameters = { ...bridge, SipHeaders: { 'x-floor': '3' } };
    expect(brief({ Type: 'CallAndBridge', Parameters }, {})).toEqual([
      'Endpoints[0].Uri FAILS_ON_AWS',
      'SipHeaders FAILS_ON_AWS',
    ]);
  });
});
