import type { ActionSchema, EchoedParameters, WrittenParameters } from './action-schema.ts';
import { callAndBridge } from './call-and-bridge.ts';
import { hangup } from './hangup.ts';
import { joinChimeMeeting, modifyChimeMeetingAttendees } from './meetings.ts';
import { pause } from './pause.ts';
import { playAudio, playAudioAndGetDigits } from './play-audio.ts';
import { receiveDigits } from './receive-digits.ts';
import {
  pauseCallRecording,
  recordAudio,
  resumeCallRecording,
  startCallRecording,
  stopCallRecording,
} from './recording.ts';
import { sendDigits } from './send-digits.ts';
import { speak, speakAndGetDigits } from './speak.ts';
import { startBotConversation } from './start-bot-conversation.ts';
import { voiceFocus } from './voice-focus.ts';

/** The schema of every action of the service, by its `Type`. Source: developer guide, specify-actions. */
export const ACTION_SCHEMAS = {
  CallAndBridge: callAndBridge,
  Hangup: hangup,
  JoinChimeMeeting: joinChimeMeeting,
  ModifyChimeMeetingAttendees: modifyChimeMeetingAttendees,
  Pause: pause,
  PauseCallRecording: pauseCallRecording,
  PlayAudio: playAudio,
  PlayAudioAndGetDigits: playAudioAndGetDigits,
  ReceiveDigits: receiveDigits,
  RecordAudio: recordAudio,
  ResumeCallRecording: resumeCallRecording,
  SendDigits: sendDigits,
  Speak: speak,
  SpeakAndGetDigits: speakAndGetDigits,
  StartBotConversation: startBotConversation,
  StartCallRecording: startCallRecording,
  StopCallRecording: stopCallRecording,
  VoiceFocus: voiceFocus,
} as const;

type Schemas = typeof ACTION_SCHEMAS;

/** `Type` of an action. */
export type ActionType = keyof Schemas;

/** Every `Type` of an action, in alphabetical order. */
export const ACTION_TYPES = Object.keys(ACTION_SCHEMAS) as ActionType[];

/** True if the service has an action of this `Type`. */
export function isActionType(type: string): type is ActionType {
  return Object.hasOwn(ACTION_SCHEMAS, type);
}

/** Whether all parameters may be absent. */
type NothingRequired<P> = Record<string, never> extends P ? true : false;

/** One instruction of a function's answer; `ActionOf<'PlayAudio'>` is a PlayAudio action. */
export type ActionOf<Type extends ActionType> = {
  [T in Type]: NothingRequired<WrittenParameters<Schemas[T]>> extends true
    ? { Type: T; Parameters?: WrittenParameters<Schemas[T]> }
    : { Type: T; Parameters: WrittenParameters<Schemas[T]> };
}[Type];

/** One instruction of a function's answer. */
export type Action = ActionOf<ActionType>;

/** An action's parameters as events echo them, defaults filled in. */
export type EchoOf<Type extends ActionType> = EchoedParameters<Schemas[Type]>;

/** The schema of an action whose `Type` is known only at run time. */
export function schemaOfAction(type: ActionType): ActionSchema {
  // Each schema accepts any input to read; its narrower types only help authors of actions.
  return ACTION_SCHEMAS[type] as unknown as ActionSchema;
}

export type {
  ActionSchema,
  CheckedParameters,
  ParameterProblem,
  ParametersReading,
  S3AudioSource,
} from './action-schema.ts';
export { LEG_FIELDS, readParameters } from './action-schema.ts';
export type * from './call-and-bridge.ts';
export type * from './hangup.ts';
export type * from './meetings.ts';
export type * from './pause.ts';
export type * from './play-audio.ts';
export type * from './receive-digits.ts';
export type * from './recording.ts';
export type * from './send-digits.ts';
export type * from './speak.ts';
export type * from './start-bot-conversation.ts';
export type * from './voice-focus.ts';
