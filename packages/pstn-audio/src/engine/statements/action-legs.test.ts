import { describe, expect, it } from 'vitest';
import { ACTION_TYPES, type ActionType } from '../../actions/index.ts';
import type { CallOutput } from '../outputs.ts';
import { CallDriver } from '../testing/driver.ts';
import { getDigits, pause, play, receiveDigits, speak } from '../testing/situations.ts';

/**
 * Runs every action on each leg of a call: before the answer, while the legs are bridged, and when one has
 * left (pstn-audio 2.5, 4.0, 5.11, 7.6). A letter stands for what happens:
 *
 *     a, b   it runs on LEG-A, on LEG-B
 *     A      it runs on LEG-A, which is answered first
 *     x      ACTION_FAILED, InvalidActionParameter
 *     -      it is skipped: a Hangup of a leg that does not exist
 */

const SITUATIONS = {
  /** NEW_INBOUND_CALL: LEG-A is not answered, and there is no LEG-B. */
  'before the answer': () => {
    const driver = new CallDriver();
    driver.arrive();
    return driver;
  },
  /** An event about LEG-A; a CallAndBridge has succeeded. */
  'while bridged': bridged,
  /** HANGUP of LEG-B. */
  'when LEG-B has left': () => {
    const driver = bridged();
    driver.respond();
    driver.ended('leg-b');
    return driver;
  },
  /** HANGUP of LEG-A. */
  'when LEG-A has left': () => {
    const driver = bridged();
    driver.respond();
    driver.ended('leg-a');
    return driver;
  },
};

type Situation = keyof typeof SITUATIONS;

const BRIDGE = {
  CallerIdNumber: '+15550100001',
  Endpoints: [{ BridgeEndpointType: 'PSTN', Uri: '+15550100009' }],
};

function bridged(): CallDriver {
  const driver = new CallDriver();
  driver.arrive();
  driver.respond([{ Type: 'CallAndBridge', Parameters: BRIDGE }]);
  driver.dialled();
  driver.answered('leg-b');
  driver.answered();
  return driver;
}

const S3 = { Type: 'S3', BucketName: 'recordings' };
const SPEECH = { Text: 'Hello' };

/** Parameters with which each action can run. */
const PARAMETERS: Record<ActionType, Record<string, unknown>> = {
  CallAndBridge: BRIDGE,
  Hangup: {},
  JoinChimeMeeting: { JoinToken: 'token' },
  ModifyChimeMeetingAttendees: { Operation: 'Mute', MeetingId: 'meeting', AttendeeList: ['attendee'] },
  Pause: pause().Parameters ?? {},
  PauseCallRecording: {},
  PlayAudio: play().Parameters ?? {},
  PlayAudioAndGetDigits: getDigits().Parameters ?? {},
  ReceiveDigits: receiveDigits().Parameters ?? {},
  RecordAudio: { RecordingDestination: S3 },
  ResumeCallRecording: {},
  SendDigits: { Digits: '1' },
  Speak: speak().Parameters ?? {},
  SpeakAndGetDigits: {
    SpeechParameters: SPEECH,
    FailureSpeechParameters: SPEECH,
    RepeatDurationInMilliseconds: 3000,
  },
  StartBotConversation: {
    BotAliasArn: 'arn:aws:lex:us-east-1:000000000000:bot-alias/BOT/ALIAS',
    LocaleId: 'en_US',
  },
  StartCallRecording: { Track: 'BOTH', Destination: { Type: 'S3', Location: 'recordings' } },
  StopCallRecording: {},
  VoiceFocus: { Enable: true },
};

const ANY_LEG = ['aba', 'axa', 'xbb'] as const;
const FROM_LEG_A = ['xxx', 'axa', 'xxx'] as const;
const NOTHING_THERE = ['xxx', 'xxx', 'xxx'] as const;

/** For LEG-A, LEG-B and neither: before the answer, while bridged, when LEG-B has left, when LEG-A has left. */
const EXPECTED: Record<ActionType, readonly [string, string, string, string]> = {
  // LEG-A stays unanswered while LEG-B is dialled; there is at most one LEG-B (4.1).
  CallAndBridge: ['axa', ...FROM_LEG_A],
  // It never fails (4.2); if it names no leg, it applies to the remaining one.
  Hangup: ['a-a', 'aba', 'a-a', '-bb'],
  // LEG-B already exists while bridged (4.3).
  JoinChimeMeeting: ['AxA', ...FROM_LEG_A],
  // There is no meeting (4.4).
  ModifyChimeMeetingAttendees: ['xxx', ...NOTHING_THERE],
  // It does not answer LEG-A (4.5).
  Pause: ['axa', ...ANY_LEG],
  // There is no recording (4.15).
  PauseCallRecording: ['xxx', ...NOTHING_THERE],
  PlayAudio: ['AxA', ...ANY_LEG],
  PlayAudioAndGetDigits: ['AxA', ...ANY_LEG],
  ReceiveDigits: ['AxA', ...ANY_LEG],
  RecordAudio: ['AxA', ...ANY_LEG],
  ResumeCallRecording: ['xxx', ...NOTHING_THERE],
  SendDigits: ['AxA', ...ANY_LEG],
  Speak: ['AxA', ...ANY_LEG],
  SpeakAndGetDigits: ['AxA', ...ANY_LEG],
  // Not allowed while bridged, and only allowed from LEG-A (2.5, 4.16).
  StartBotConversation: ['AxA', ...FROM_LEG_A],
  // It does not answer LEG-A (4.14).
  StartCallRecording: ['axa', ...ANY_LEG],
  StopCallRecording: ['xxx', ...NOTHING_THERE],
  VoiceFocus: ['axa', ...ANY_LEG],
};

function letterOf(situation: Situation, type: ActionType, tag: 'LEG-A' | 'LEG-B' | undefined): string {
  const driver = SITUATIONS[situation]();
  const leg = tag === undefined ? {} : { ParticipantTag: tag };
  const parameters = { ...PARAMETERS[type], ...leg };
  const outputs = driver.respond([{ Type: type, Parameters: parameters }]);
  return letter(outputs, driver);
}

function letter(outputs: readonly CallOutput[], driver: CallDriver): string {
  const [failed] = outputs.flatMap((output) =>
    output.kind === 'InvokeFunction' && output.event.InvocationEventType === 'ACTION_FAILED'
      ? [output.event.ActionData as unknown as { ErrorType: string }]
      : [],
  );
  if (failed) return failed.ErrorType === 'InvalidActionParameter' ? 'x' : `(${failed.ErrorType})`;
  if (outputs.some(({ kind }) => kind === 'AnswerLeg')) return 'A';
  const [done] = outputs.flatMap((output) =>
    output.kind === 'InvokeFunction' && output.event.InvocationEventType === 'ACTION_SUCCESSFUL'
      ? [(output.event.ActionData as unknown as { Parameters: { CallId: string } }).Parameters.CallId]
      : [],
  );
  const runsOn = driver.call.running?.legId ?? done;
  return runsOn === undefined ? '-' : runsOn === 'leg-a' ? 'a' : 'b';
}

const LEGS = ['LEG-A', 'LEG-B', undefined] as const;
const NAMES = Object.keys(SITUATIONS) as Situation[];

describe.each(NAMES)('every action %s', (situation) => {
  it.each(ACTION_TYPES)('%s runs where it may, on a named or the default leg', (type) => {
    expect(LEGS.map((leg) => letterOf(situation, type, leg)).join('')).toBe(
      EXPECTED[type][NAMES.indexOf(situation)],
    );
  });
});
