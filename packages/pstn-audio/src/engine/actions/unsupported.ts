import { type ActionDefinition, SYSTEM_ERROR } from './action.ts';

/** Parameters of actions that are not carried out yet; known, so that a failure can echo them. */
const ACCEPTS: Record<string, readonly string[]> = {
  CallAndBridge: ['CallTimeoutSeconds', 'CallerIdNumber', 'RingbackTone', 'Endpoints', 'SipHeaders'],
  PauseCallRecording: [],
  RecordAudio: [
    'RecordingDestination',
    'DurationInSeconds',
    'SilenceDurationInSeconds',
    'SilenceThreshold',
    'RecordingTerminators',
  ],
  ResumeCallRecording: [],
  SendDigits: ['Digits', 'ToneDurationInMilliseconds'],
  SpeakAndGetDigits: [
    'SpeechParameters',
    'FailureSpeechParameters',
    'RepeatDurationInMilliseconds',
    'Repeat',
    'InBetweenDigitsDurationInMilliseconds',
    'MinNumberOfDigits',
    'MaxNumberOfDigits',
    'TerminatorDigits',
    'InputDigitsRegex',
  ],
  StartBotConversation: ['BotAliasArn', 'LocaleId', 'Configuration'],
  StartCallRecording: ['Track', 'Destination'],
  StopCallRecording: [],
  VoiceFocus: ['Enable'],
};

/**
 * Actions that the service knows and this runtime does not carry out yet. They are no unknown names (which
 * end a call): each fails when its turn comes, and the log says why.
 */
export const unsupportedActions = Object.entries(ACCEPTS).map(([type, accepts]) =>
  unsupported(type, accepts),
);

function unsupported(type: string, accepts: readonly string[]): ActionDefinition<object, never> {
  const failure = {
    ...SYSTEM_ERROR,
    logText: `The action ${type} is not supported by this runtime yet; it fails with SystemException. On AWS it works.`,
  };
  return {
    type,
    accepts,
    defaultLeg: 'invoked',
    check: () => failure,
    answers: false,
    interruptible: false,
    reports: 'atOnce',
    whenLegEnds: 'nothing',
    start: () => ({ next: 'fails', failure }),
    on: {},
  };
}
