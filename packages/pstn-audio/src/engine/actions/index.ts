import { type AnyAction, registered } from './action.ts';
import { callAndBridge } from './call-and-bridge.ts';
import { pauseCallRecording, resumeCallRecording, stopCallRecording } from './call-recording.ts';
import { hangup } from './hangup.ts';
import { joinChimeMeeting } from './join-chime-meeting.ts';
import { modifyChimeMeetingAttendees } from './modify-chime-meeting-attendees.ts';
import { pause } from './pause.ts';
import { playAudio } from './play-audio.ts';
import { playAudioAndGetDigits } from './play-audio-and-get-digits.ts';
import { receiveDigits } from './receive-digits.ts';
import { recordAudio } from './record-audio.ts';
import { sendDigits } from './send-digits.ts';
import { speak } from './speak.ts';
import { speakAndGetDigits } from './speak-and-get-digits.ts';
import { startBotConversation } from './start-bot-conversation.ts';
import { startCallRecording } from './start-call-recording.ts';
import { voiceFocus } from './voice-focus.ts';

/** Every action of the service, one row each. */
const ACTIONS: readonly AnyAction[] = [
  registered(callAndBridge),
  registered(hangup),
  registered(joinChimeMeeting),
  registered(modifyChimeMeetingAttendees),
  registered(pause),
  registered(pauseCallRecording),
  registered(playAudio),
  registered(playAudioAndGetDigits),
  registered(receiveDigits),
  registered(recordAudio),
  registered(resumeCallRecording),
  registered(sendDigits),
  registered(speak),
  registered(speakAndGetDigits),
  registered(startBotConversation),
  registered(startCallRecording),
  registered(stopCallRecording),
  registered(voiceFocus),
];

const BY_TYPE = new Map<string, AnyAction>(ACTIONS.map((action) => [action.schema.type, action]));

/** The definition of an action whose type was checked when the list of actions was accepted. */
export function knownAction(type: string): AnyAction {
  const action = BY_TYPE.get(type);
  if (!action)
    throw new Error(`The engine has no action ${type}: add a file in actions/ and a row in its index.`);
  return action;
}
